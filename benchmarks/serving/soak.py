"""The service for minutes at four fifths of what it can: no error, and no memory that grows."""

import os
from urllib.parse import urlencode

import numpy as np
from rich.progress import Progress

from benchmarks.machine import machine
from benchmarks.measuring import progress, shipped
from benchmarks.process import WorkerError
from benchmarks.results import Kept, Machine, Part
from benchmarks.service_cost import question as recording
from benchmarks.serving.closed_loop import rush
from benchmarks.serving.effort import OF_THE_MOST, WHOLE
from benchmarks.serving.hosts import OURS, Host, ours
from benchmarks.serving.questions import BINARY, TYPES, Question, Windows, protocol_binary, protocol_json
from benchmarks.serving.race import driven
from benchmarks.serving.server import Server, running
from models.bundle import MODEL

EACH_S = 10.0
"""After so long the memory is read, and what came of the requests is noted."""

WARM_SHARE = 0.2
"""Of the time, at the beginning: what then is held for good is not growth."""

FLAT = 0.05

SECONDS = 0.25
"""Of the signal of a diagnosis."""


class Stretch(Part):
    """What came of some seconds; `benchmarks.serving.open_loop.OpenLoop.drive` has the units."""

    asked: int
    failed: int
    p50_ms: float
    p99_ms: float
    resident_mib: float


class Soak(Kept):
    """One run of `brinell bench soak`; `load` is of the machine, before and after."""

    machine: Machine
    asked: str
    per_s: float
    seconds: float
    load: tuple[float, float]
    stretches: tuple[Stretch, ...]

    @property
    def failed(self) -> int:
        """Requests that were not answered with 200."""
        return sum(each.failed for each in self.stretches)

    @property
    def growth(self) -> float:
        """Of memory, as a share: the median of the last fifth over that of the fifth after the warming up."""
        held = [each.resident_mib for each in self.stretches]
        fifth = max(1, round(WARM_SHARE * len(held)))
        return float(np.median(held[-fifth:]) / np.median(held[fifth : 2 * fifth] or held[:1]) - 1)


def soak(minutes: float) -> Soak:
    """Asks for so long, with a power-safe store."""
    bundle = shipped()
    asked = questions(bundle.golden().windows)
    host = Host(OURS.name, OURS.title, OURS.asked, OURS.logits, ours(durability="power-safe"))
    before = os.getloadavg()[0]
    with progress() as bar, running(host, bundle.folder / MODEL, asked[0]) as server:
        most = rush(server.port, asked, WHOLE.connections, WHOLE.rush_s)
        if most.failed:
            raise WorkerError(f"{most.failed} of {most.answered} requests failed in the closed loop")
        stretches = _stretches(server, asked, OF_THE_MOST * most.per_s, minutes, bar)
    return Soak(
        machine=machine(),
        asked="in turn: one window in binary, one in JSON, eight in binary, and a diagnosis that is kept, power-safe",
        per_s=round(OF_THE_MOST * most.per_s, 1),
        seconds=60 * minutes,
        load=(round(before, 1), round(os.getloadavg()[0], 1)),
        stretches=tuple(stretches),
    )


def diagnosis_question() -> Question:
    """`POST /v1/diagnose` of a simulated outer race fault."""
    body, query = recording(SECONDS)
    return Question(f"/v1/diagnose?{urlencode(query)}", {"Content-Type": TYPES[BINARY]}, body)


def questions(windows: Windows) -> list[Question]:
    """What a service is asked, of every kind."""
    return [
        protocol_binary(windows[:1]), protocol_json(windows[:1]), protocol_binary(windows[:8]), diagnosis_question(),
    ]  # fmt: skip


def _stretches(server: Server, asked: list[Question], per_s: float, minutes: float, bar: Progress) -> list[Stretch]:
    count = max(1, round(60 * minutes / EACH_S))
    task = bar.add_task("soak", total=count)
    found = []
    with driven(server.port, asked) as loop:
        for _ in range(count):
            told = loop.ask("drive", per_s=per_s, seconds=EACH_S)
            told.pop("late_p99_ms")
            found.append(Stretch(resident_mib=round(server.resident_mib(), 1), **told))
            bar.advance(task)
    return found
