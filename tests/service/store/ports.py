"""Ports that nothing listens on."""

import socket


def free_port() -> int:
    """One of this machine's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
