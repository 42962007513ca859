"""One event, as it is sent."""


def event(name: str, data: str) -> bytes:
    """As a line each; `data` is one line."""
    return f"event: {name}\ndata: {data}\n\n".encode()
