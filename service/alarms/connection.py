"""A connection to who is told that ends after a while, however slowly the other side speaks."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

TIMEOUT_S = 10.0
"""For each step: to connect, to send, to be answered."""

ALTOGETHER_S = 20.0
"""For all of them, but for looking up the name."""


@contextmanager
def connected(host: str, port: int) -> Iterator[socket.socket]:
    """Connected for a block, which may wrap it in TLS.

    Raises:
        OSError: nobody is there, or, as TimeoutError, it took too long altogether.
    """
    ends = time.monotonic() + ALTOGETHER_S
    # The double is cut: TLS takes the descriptor away from the one that it wraps.
    with socket.create_connection((host, port), TIMEOUT_S) as made, made.dup() as double:
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


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
