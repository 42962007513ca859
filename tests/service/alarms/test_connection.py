"""A name of several addresses, some of which nobody is at."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from service.alarms import connection
from service.alarms.connection import connected

Address = tuple[str, int]


@pytest.fixture
def silent() -> Iterator[Address]:
    """Lets nobody in, and says nothing: as many wait there as may."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        for _ in range(4):
            one = waiting.enter_context(closing(socket.socket()))
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        yield full.getsockname()


@pytest.fixture
def there() -> Iterator[Address]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> list[Address]:
    """The addresses of every name."""
    addresses: list[Address] = []

    def look_up(*_: object, **__: object) -> list[tuple[int, int, int, str, Address]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(connection, "ALTOGETHER_S", 2.0)
    return addresses


def test_addresses_that_are_silent_take_no_longer_than_all_may(named: list[Address], silent: Address) -> None:
    named += [silent] * 6
    began = time.monotonic()
    with pytest.raises(TimeoutError), connected("many", 1):
        pass
    assert time.monotonic() - began < 2.5


def test_one_that_is_there_is_reached_behind_two_that_are_silent(
    named: list[Address], silent: Address, there: Address
) -> None:
    named += [silent, silent, there]
    began = time.monotonic()
    with connected("many", 1) as made:
        assert time.monotonic() - began < 2
        assert made.getpeername() == there
        assert made.gettimeout() == connection.TIMEOUT_S


def test_where_all_refuse_it_says_so(named: list[Address]) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        named += [unheard.getsockname()] * 2
        with pytest.raises(ConnectionRefusedError), connected("many", 1):
            pass
