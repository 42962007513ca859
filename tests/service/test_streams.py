"""Who looks on: not too many at once, and nobody who takes nothing."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from service.errors import RequestRefused
from service.live.event import event
from service.live.streams import MOST, MOST_BEHIND, Stream, Streams


class Unchanged:
    """A look at which nothing is another."""

    def since(self, before: Any) -> Iterator[bytes]:
        return iter(())


async def look() -> Unchanged:
    return Unchanged()


async def always() -> bool:
    return True


def test_over_all_there_are_only_so_many_streams() -> None:
    async def crowd() -> None:
        streams = Streams()
        first, *_ = [streams.join(str(number), look) for number in range(MOST)]
        with pytest.raises(RequestRefused) as refused:
            streams.join("one more", look)
        assert (refused.value.status, refused.value.problems[0].field) == (503, "streams")
        first.leave()
        streams.join("one more", look)

    asyncio.run(crowd())


def test_who_takes_nothing_is_cut_off_after_what_waits() -> None:
    told = [event("assets", str(number)) for number in range(MOST_BEHIND + 5)]

    async def sent(stream: Stream) -> list[bytes]:
        return [each async for each in stream.events(always)]

    async def slow() -> list[bytes]:
        stream = Streams().join("slow", look)
        for each in told:
            stream.tell(each)
        return await sent(stream)

    assert asyncio.run(slow())[1:] == told[:MOST_BEHIND]
