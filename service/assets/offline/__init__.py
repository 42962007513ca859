"""A machine's recordings in a folder, without a service: commissioned, and replayed as a service hears."""
