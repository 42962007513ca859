"""Who a request is from: the key that the guard found it to come with, else an address."""

from starlette.requests import Request

KEY_ID = "key_id"
"""In the state of a request."""


def key_id(request: Request) -> str | None:
    """Of the key that it came with; None where nobody is asked for one."""
    identity: str | None = request.scope.get("state", {}).get(KEY_ID)
    return identity


def address(request: Request) -> str:
    """Of the other end of its connection; empty where that is a socket of the file system."""
    return "" if request.client is None else request.client.host


def asker(request: Request) -> str:
    """Whose allowances and places it uses: behind a reverse proxy every key has the same address."""
    return key_id(request) or address(request)
