"""What changes, told to whoever looks on: server-sent events (WHATWG HTML, 9.2)."""
