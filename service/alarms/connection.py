"""A connection to who is told that ends after a while, however slowly the other side speaks."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

TIMEOUT_S = 10.0
"""At most, for each step: to connect, to send, to be answered."""

ALTOGETHER_S = 20.0
"""For all of them, but for looking up the name."""

Address = tuple[int, int, int, str, tuple[object, ...]]
"""As `socket.getaddrinfo` gives them."""


@contextmanager
def connected(host: str, port: int) -> Iterator[socket.socket]:
    """Connected for a block, which may wrap it in TLS.

    Raises:
        OSError: nobody is there, or, as TimeoutError, it took too long altogether.
    """
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ends = time.monotonic() + ALTOGETHER_S
    # The double is cut: TLS takes the descriptor away from the one that it wraps.
    with _reached(addresses, ends) as made, made.dup() as double:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        cut_off = threading.Timer(ends - time.monotonic(), _cut, [double])
        cut_off.start()
        try:
            yield made
        except Exception as error:
            if time.monotonic() < ends:
                raise
            raise TimeoutError(f"not done within {ALTOGETHER_S:g} s") from error
        finally:
            cut_off.cancel()
            cut_off.join()


def _reached(addresses: Sequence[Address], ends: float) -> socket.socket:
    """The first that answers: each has an equal share of the time that is left, and so has what is then said."""
    refusal = OSError("the name has no address")
    for shares, (family, kind, protocol, _, address) in zip(range(len(addresses) + 1, 1, -1), addresses, strict=True):
        made = None
        try:
            made = socket.socket(family, kind, protocol)  # not of every family on every machine
            made.settimeout(max(0.001, min(TIMEOUT_S, (ends - time.monotonic()) / shares)))
            made.connect(address)
            made.settimeout(TIMEOUT_S)
        except OSError as error:
            if made is not None:
                made.close()
            refusal = error
        else:
            return made
    raise refusal


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
