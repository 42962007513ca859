"""Which job is done when, and what is done together."""

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from data.steps import step
from service.lanes import MOST_WINDOWS, Job, Lanes


class Work:
    """Lanes, and in which order jobs were done."""

    def __init__(self, patience_s: float = 10, threads: int = 1) -> None:
        self.lanes = Lanes(threads, asyncio.get_running_loop(), patience_s)
        self.done: list[Any] = []
        self.open = threading.Event()

    def job(self, do: Any, item: Any = None, windows: int = 0) -> Job:
        return Job(do, item, asyncio.get_running_loop().create_future(), windows)

    def enter(self, name: str, *, long: bool = False) -> Job:
        """A job that writes down its name."""
        job = self.job(lambda _: [self.done.append(name)])
        self.lanes.enter(job, long=long)
        return job

    def block(self, *, long: bool = False) -> Job:
        """Keeps a thread until `open` is set."""
        job = self.job(lambda _: [self.open.wait(10)])
        self.lanes.enter(job, long=long)
        time.sleep(0.05)
        return job

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.lanes.close)


def test_short_jobs_are_done_in_their_order_and_before_long_ones() -> None:
    async def run() -> list[str]:
        work = Work()
        work.block()
        entered = [work.enter("long", long=True), *(work.enter(name) for name in "abc")]
        work.open.set()
        await asyncio.gather(*(job.answer for job in entered))
        await work.close()
        return work.done

    assert asyncio.run(run()) == ["a", "b", "c", "long"]


def test_a_long_job_lets_short_ones_pass_between_its_steps() -> None:
    async def run() -> list[str]:
        work = Work()

        def long(_: Sequence[Any]) -> list[None]:
            work.done.append("begun")
            work.open.wait(10)
            step()
            work.done.append("ended")
            return [None]

        job = work.job(long)
        work.lanes.enter(job, long=True)
        await asyncio.sleep(0.05)
        short = [work.enter(name) for name in "ab"]
        work.open.set()
        await asyncio.gather(job.answer, *(each.answer for each in short))
        await work.close()
        return work.done

    assert asyncio.run(run()) == ["begun", "a", "b", "ended"]


def test_a_long_job_ends_however_many_short_ones_there_are() -> None:
    async def run() -> int:
        work = Work(patience_s=0.1)
        job = work.job(lambda _: [step() for _ in range(5)][:1])
        work.lanes.enter(job, long=True)
        passed = 0
        while not job.answer.done():  # there are always two, so that one waits
            pair = [work.job(lambda _: [time.sleep(0.001)]) for _ in range(2)]
            for each in pair:
                work.lanes.enter(each, long=False)
            await pair[0].answer
            passed += 1
        await work.close()
        return passed

    assert 0 < asyncio.run(asyncio.wait_for(run(), 20)) < 5000


def test_windows_of_one_graph_are_read_together_up_to_sixteen_and_others_by_themselves() -> None:
    async def run() -> tuple[list[int], list[int]]:
        work = Work()
        calls: list[int] = []

        def double(items: Sequence[int]) -> list[int]:
            calls.append(len(items))
            return [2 * item for item in items]

        work.block()
        jobs = [work.job(double, item, windows=1) for item in range(20)]
        for job in jobs[:3]:
            work.lanes.enter(job, long=False)
        other = work.enter("other")
        for job in jobs[3:]:
            work.lanes.enter(job, long=False)
        work.open.set()
        answers = await asyncio.gather(*(job.answer for job in jobs))
        await other.answer
        await work.close()
        assert [job.together for job in jobs] == [16] * 16 + [4] * 4
        return calls, answers

    calls, answers = asyncio.run(run())
    assert calls == [MOST_WINDOWS, 4]
    assert answers == [2 * item for item in range(20)]


def test_what_is_given_up_is_not_begun_and_what_goes_wrong_is_told() -> None:
    async def run() -> list[str]:
        work = Work()
        work.block()
        given_up, wrong = work.enter("given up"), work.job(lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
        work.lanes.enter(wrong, long=False)
        given_up.given_up = TimeoutError
        work.open.set()
        with pytest.raises(ZeroDivisionError):
            await wrong.answer
        await work.close()
        return work.done

    assert asyncio.run(run()) == []


def test_a_long_job_does_not_wait_for_what_is_given_up() -> None:
    async def run() -> float:
        work = Work()
        work.block()
        long, given_up = work.enter("long", long=True), work.enter("given up")
        await asyncio.sleep(0.05)
        given_up.given_up = TimeoutError
        began = time.perf_counter()
        work.open.set()
        await long.answer
        took = time.perf_counter() - began
        await work.close()
        return took

    assert asyncio.run(run()) < 1


@pytest.mark.parametrize("wrong", [SystemExit(3), StopIteration(), KeyboardInterrupt()])
@pytest.mark.parametrize("long", [False, True])
def test_nothing_that_work_may_raise_ends_a_lane(wrong: BaseException, long: bool) -> None:
    async def run() -> list[str]:
        work = Work()

        def breaks_off(_: Sequence[Any]) -> list[None]:
            raise wrong

        job = work.job(breaks_off)
        work.lanes.enter(job, long=long)
        with pytest.raises(RuntimeError, match=type(wrong).__name__):
            await asyncio.wait_for(job.answer, 5)
        await asyncio.wait_for(asyncio.gather(work.enter("a").answer, work.enter("b", long=True).answer), 5)
        await work.close()
        return work.done

    assert asyncio.run(run()) == ["a", "b"]


def test_lanes_are_closed_also_while_long_jobs_keep_most_of_them() -> None:
    async def run() -> list[str]:
        work, short = Work(threads=3), threading.Event()
        work.block(long=True)
        work.block(long=True)
        work.lanes.enter(work.job(lambda _: [short.wait(10)]), long=False)
        await asyncio.sleep(0.05)
        last = work.enter("last")
        closing = asyncio.create_task(work.close())
        await asyncio.sleep(0.05)
        short.set()
        await last.answer
        work.open.set()
        await asyncio.wait_for(closing, 5)
        return work.done

    assert asyncio.run(run()) == ["last"]
