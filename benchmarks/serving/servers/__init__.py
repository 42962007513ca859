"""The graph behind each of the other servers, as their own documents say; each runs in an environment of its own."""
