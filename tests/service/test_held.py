"""What an answered error still holds of its request: nothing, also where the collector of garbage has not come by."""

import asyncio
import gc
import logging
import time
import weakref
from collections.abc import Callable, Iterator

import httpx2
import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from data.errors import SignalError
from service.app import create_app
from service.parts import parts_of
from service.queue import LONG_BYTES
from service.settings import Settings

Signal = NDArray[np.float32]


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    logging.disable()  # pytest keeps what is logged; what our own log keeps is for test_log.py
    yield
    logging.disable(logging.NOTSET)
    gc.enable()


def fails(signal: Signal) -> None:
    raise ZeroDivisionError(signal.size)


def refuses(signal: Signal) -> None:
    raise SignalError("samples", f"{signal.size} of them")


def takes_long(signal: Signal) -> None:
    time.sleep(signal.size / 1_000)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("size", [0, LONG_BYTES], ids=["short lane", "long lane"])
@pytest.mark.parametrize(
    ("work", "status", "deadline_ms", "still_works_s"),
    [(fails, 500, 30_000, 0.0), (refuses, 422, 30_000, 0.0), (takes_long, 504, 600, 0.8)],
)
def test_a_signal_goes_with_the_error_about_it(
    work: Callable[[Signal], None], status: int, deadline_ms: int, still_works_s: float, size: int
) -> None:
    signals: list[weakref.ref[Signal]] = []
    app = create_app(Settings(threads=1))

    async def about(request: Request) -> Response:
        signal = np.zeros(1000, np.float32)
        signals.append(weakref.ref(signal))
        with parts_of(app).queue.place(request, size) as place:
            await place.answer(lambda: work(signal))
        raise AssertionError("it was answered")

    async def ask() -> None:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            for _ in range(5):
                assert (await client.post("/about", headers={"X-Deadline-Ms": str(deadline_ms)})).status_code == status
                await asyncio.sleep(still_works_s)
            for _ in range(100):  # the thread puts down what it worked on
                if not any(signal() is not None for signal in signals):
                    break
                await asyncio.sleep(0.02)

    app.add_route("/about", about, methods=["POST"])
    asyncio.run(ask())
    assert [signal() is None for signal in signals] == [True] * 5
