"""The challenger: a bundle that answers in the shadow, after the real answer was sent, and how often it disagrees.

It has a process of its own at the lowest priority, so that no question waits for it. What it cannot keep up with is
dropped and counted.
"""

import logging
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from pydantic import BaseModel, Field

from data.recording import Recording
from models.bundle import Bundle
from service.challenger import Broken, Challenger, Said
from service.diagnosis import Diagnosis

logger = logging.getLogger(__name__)

MOST_WAITING = 8
MOST_WAITING_BYTES = 64 << 20


class Pair(BaseModel):
    """How often the one was answered while the challenger said the other."""

    answered: Said
    challenger: Said
    count: int


class Report(BaseModel):
    """What the challenger has done since it became one; it is asked what a bundle with its front end answered."""

    challenger: str | None = Field(examples=["order/1.1.0"])
    asked: int = Field(default=0, description="Questions that it has answered.")
    agreed: int = Field(default=0, description="Where it said the same verdict and fault.")
    disagreed: int = 0
    waiting: int = Field(default=0, description="Questions that it has not come to yet.")
    dropped: int = Field(default=0, description="Questions that it was not asked, because too many were waiting.")
    failed: int = Field(default=0, description="Questions in which it broke; the log says how.")
    pairs: list[Pair] = Field(default=[], description="What was answered, and what it said, the most frequent first.")


@dataclass
class _Tally:
    challenger: Bundle | None = None
    said: Counter[tuple[Said, Said]] = field(default_factory=Counter)
    waiting: int = 0
    waiting_bytes: int = 0
    dropped: int = 0
    failed: int = 0


class Shadow:
    """Asks the challenger what the real bundle has answered; open from `with Shadow() as shadow` on."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="shadow")
        self._process: Challenger | None = None
        self._counting = threading.Lock()
        self._tally = _Tally()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        process = self._process  # the pool's thread may be putting it away
        if process is not None:
            process.kill()  # what it is at ends with it
        self._pool.shutdown()
        self._end()

    async def offer(self, challenger: Bundle | None, recording: Recording, answer: Diagnosis) -> None:
        """Has the challenger asked the same, if it reads recordings in the way that was answered by; never waits."""
        if challenger is None and self._process is not None:
            self._pool.submit(self._end)
        if challenger is None or answer.front_end != challenger.manifest.front_end.kind:
            return
        size = recording.samples.nbytes
        with self._counting:
            if self._tally.challenger is not challenger:
                self._tally = _Tally(challenger)
            tally = self._tally
            if tally.waiting >= MOST_WAITING or tally.waiting_bytes + size > MOST_WAITING_BYTES:
                tally.dropped += 1
                return
            tally.waiting += 1
            tally.waiting_bytes += size
        self._pool.submit(self._ask, tally, challenger, recording, Said.of(answer))

    def report(self, challenger: Bundle | None) -> Report:
        """The count for this challenger; nothing where it has not been asked yet."""
        if challenger is None:
            return Report(challenger=None)
        with self._counting:
            if self._tally.challenger is not challenger:
                return Report(challenger=challenger.identity)
            tally = self._tally
            said, waiting, dropped, failed = Counter(tally.said), tally.waiting, tally.dropped, tally.failed
        agreed = sum(count for (answered, other), count in said.items() if answered == other)
        pairs = [Pair(answered=one, challenger=other, count=count) for (one, other), count in said.most_common()]
        return Report(
            challenger=challenger.identity, asked=said.total(), agreed=agreed, disagreed=said.total() - agreed,
            waiting=waiting, dropped=dropped, failed=failed, pairs=pairs,
        )  # fmt: skip

    def _ask(self, tally: _Tally, challenger: Bundle, recording: Recording, answered: Said) -> None:
        said = self._said(challenger, recording)
        with self._counting:
            tally.waiting -= 1
            tally.waiting_bytes -= recording.samples.nbytes
            if said is None:
                tally.failed += 1
            else:
                tally.said[answered, said] += 1

    def _said(self, challenger: Bundle, recording: Recording) -> Said | None:
        try:
            if self._process is None or self._process.bundle is not challenger:
                self._end()
                self._process = Challenger(challenger)
            return self._process.ask(recording)
        except (OSError, Broken) as error:
            logger.warning("the challenger %s broke: %s", challenger.identity, error)
            self._end()
            return None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.close()
