"""A machine's recordings in a folder, without a service: commissioned, and replayed as the service would have heard them."""
