"""Controls: measurements that would show it if a network were right for a wrong reason."""
