"""What the page's tests share: a browser, a service without keys, and one that has a plant to watch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.page.chromium import Visit, chromium
from tests.page.plant import Plant
from tests.service.running import Running, running

expect.set_options(timeout=15_000)  # a test machine may be busy

Begin = Callable[..., Visit]


# Of a module: Playwright has an event loop while it runs, beside which no other test could run one of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that has a plant to watch."""
    with running(auth="none", state=tmp_path_factory.mktemp("watched")) as service:
        with httpx2.Client(base_url=service.url, timeout=60) as client:
            Plant(client).live()
        yield service


@pytest.fixture
def visit(browser: Browser, service: Running) -> Iterator[Begin]:
    """`visit(size, scheme)`: a new tab; at the end nothing may have gone wrong in any, nor come from elsewhere."""
    with visits(browser, service.url) as begin:
        yield begin


@pytest.fixture
def tab(browser: Browser, watched: Running) -> Iterator[Begin]:
    """As `visit`, on the service with the plant."""
    with visits(browser, watched.url) as begin:
        yield begin


@contextmanager
def visits(browser: Browser, url: str) -> Iterator[Begin]:
    """What begins a visit; all are closed and looked over at the end."""
    begun: list[Visit] = []

    def begin(*how: Any) -> Visit:
        begun.append(Visit(browser, url, *how))
        return begun[-1]

    yield begin
    for each in begun:
        each.page.close()
    assert [error for each in begun for error in each.errors] == []
    assert [url for each in begun for url in each.foreign] == []
