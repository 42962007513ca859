"""What learns, and what is shipped: neurons, networks, the energy account, bundles."""
