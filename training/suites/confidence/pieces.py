"""What the scores are asked about: pieces of one length, since a score must not know a group by how long it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from data.fault import FAULTS, Fault
from data.geometry import Geometry
from data.protocols import Span
from data.recording import Recording
from data.rig import draw_rig, simulate
from training.spans import read
from training.suites.confidence.impostors import IMPOSTORS

SECONDS = {"order": 1.0, "time": 1.0, "aligned": 3.0}
"""Of a piece, by front end: a shaft is not heard in one second, and the spans that validate the other two are short."""
PIECES_OF_A_RECORDING = 6
MACHINES = 200
MACHINE_SECONDS = 3.0
MACHINE_SEED = 77
"""Other machines than any network trains on or is calibrated by."""
IMPOSTORS_OF_A_KIND = 36
RATES_HZ = (12_000.0, 25_600.0, 48_828.0)
SPEEDS_RPM = (600.0, 1797.0)
BEARING = Geometry(9, 0.2034).orders()

INSIDE = "in domain"
HEALTHY = "healthy, rig never seen"
FAULTY = "faults, rig never seen"
HEALTHY_MACHINES = "healthy simulated machines"
FAULTY_MACHINES = "faults of simulated machines"
SAME_MACHINE = "in domain, test part"


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece, as `recording`; `group` as the constants above or a name in `IMPOSTORS`; `of`: its whole recording."""

    group: str
    of: str
    recording: Recording


def inside(spans: Iterable[Span], root: Path, seconds: float, group: str = INSIDE) -> Iterator[Piece]:
    """Pieces of recordings of the machines that were learned from."""
    spans = tuple(spans)
    for span, recording in zip(spans, read(spans, root), strict=True):
        yield from _cut(recording, seconds, group, _title(span))


def never_seen(spans: Iterable[Span], root: Path, seconds: float) -> Iterator[Piece]:
    """Pieces of recordings of a rig that took no part."""
    spans = tuple(spans)
    for span, recording in zip(spans, read(spans, root), strict=True):
        group = HEALTHY if span.entry.fault is Fault.NORMAL else FAULTY
        yield from _cut(recording, seconds, group, _title(span))


def simulated(seconds: float) -> Iterator[Piece]:
    """One piece of each of `MACHINES`, a quarter of them healthy."""
    for number in range(MACHINES):
        recording = machine(number)
        group = HEALTHY_MACHINES if recording.fault is Fault.NORMAL else FAULTY_MACHINES
        yield next(_cut(recording, seconds, group, f"machine {number}"))


@lru_cache(maxsize=MACHINES)
def machine(number: int) -> Recording:
    """A simulated machine that no network knows; faults in turn."""
    rng = np.random.default_rng((MACHINE_SEED, number))
    return simulate(draw_rig(rng), FAULTS[number % len(FAULTS)], MACHINE_SECONDS, rng)


def impostors(seconds: float) -> Iterator[Piece]:
    """`IMPOSTORS_OF_A_KIND` of each kind, at all rates, said to be of a bearing at two speeds."""
    for kind, draw in IMPOSTORS.items():
        for number in range(IMPOSTORS_OF_A_KIND):
            rate_hz, rpm = RATES_HZ[number % len(RATES_HZ)], SPEEDS_RPM[number // len(RATES_HZ) % len(SPEEDS_RPM)]
            samples = draw(np.random.default_rng(number), seconds, rate_hz).astype(np.float32)
            yield Piece(kind, f"{kind} {number}", Recording(samples, rate_hz, speed_rpm=rpm, orders=BEARING))


def _cut(recording: Recording, seconds: float, group: str, of: str) -> Iterator[Piece]:
    size = round(seconds * recording.rate_hz)
    count = max(1, recording.samples.size // size)
    starts = np.linspace(0, count - 1, min(count, PIECES_OF_A_RECORDING)).round().astype(int) * size
    for start in starts.tolist():
        yield Piece(group, of, replace(recording, samples=recording.samples[start : start + size]))


def _title(span: Span) -> str:
    return f"{span.entry.rig}/{span.entry.name}"
