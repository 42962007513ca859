"""What the page's tests share: a service without keys, and a browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.page.chromium import Visit, chromium
from tests.service.running import Running, running

expect.set_options(timeout=15_000)  # a test machine may be busy


# Of a module: Playwright has an event loop while it runs, beside which no other test could run one of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, service: Running) -> Iterator[Callable[..., Visit]]:
    """`visit(size, scheme)`: a new tab; at the end nothing may have gone wrong in any, nor come from elsewhere."""
    visits: list[Visit] = []

    def begin(*how: Any, **named: Any) -> Visit:
        visits.append(Visit(browser, service.url, *how, **named))
        return visits[-1]

    yield begin
    for each in visits:
        each.page.close()
    assert [error for each in visits for error in each.errors] == []
    assert [url for each in visits for url in each.foreign] == []
