"""What the figures should be, beside what they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.asker import SPEED, SPEED_AND_BEARING
from benchmarks.results import Asked, Growth, Race, Results, Spread
from benchmarks.runner import MIB
from benchmarks.windows import RATE_HZ

THREADS = 1
BEFORE_GRAPH = ("read", "front end")
SAMPLE_BYTES = 4


@dataclass(frozen=True)
class Target:
    """`value` is to lie between `least` and `most`."""

    title: str
    value: Spread
    most: float
    least: float = 0.0

    @property
    def reached(self) -> bool:
        """By the median."""
        return self.least <= self.value.median <= self.most


def targets(results: Results) -> list[Target]:
    """Those whose part was measured; ratios are our time over theirs by the clock, on one thread."""
    return [*_of_race(results.race), *_of_training(results), *_of_requests(results)]


RACES = (
    ("float32", "naive", 0.75),
    ("float32", "openvino", 1.2),
    ("int8", "openvino", 0.7),
    ("float32", "spikingjelly", 0.2),
    ("float32", "snntorch", 0.2),
)
"""Ours, theirs, the largest ratio: five times faster is a fifth of the time."""


def _of_race(race: Race | None) -> Iterator[Target]:
    if race is None:
        return
    for ours, theirs, most in RACES:
        for threads, batch in race.settings:
            ratio = race.ratio(ours, theirs, threads, batch)
            if threads == THREADS and ratio is not None:
                yield Target(f"{ours} over {theirs}, {batch} a call", ratio, most)


def _of_training(results: Results) -> Iterator[Target]:
    if results.training is None:
        return
    race = results.training.race
    for threads, batch in race.settings:
        ratio = race.ratio("pytorch", "spikingjelly", threads, batch)
        if ratio is not None:
            yield Target("a training epoch over SpikingJelly's", ratio, 0.6)


def _of_requests(results: Results) -> Iterator[Target]:
    if results.diagnosis is not None:
        asked = results.diagnosis.asked
        for given, each in asked.items():
            yield Target(f"bytes to diagnosis, {given}, CPU ms", Spread.of(each.cpu_ms), 60.0)
        for given in (SPEED_AND_BEARING, SPEED):
            yield Target(f"reading and front end over the whole, {given}", _before_graph(asked[given]), 0.333)
    if results.lengths is not None and results.lengths.recording is not None:
        growth = results.lengths.recording
        yield Target("exponent of cost over length of recording", _alone(growth.exponent), 1.05, 0.95)
        yield Target("growth of memory kept, over that of the samples", _alone(_memory_over_samples(growth)), 1.0)


def _before_graph(asked: Asked) -> Spread:
    """Its share of the processor time, round by round."""
    parts = zip(*(asked.parts_ms[part] for part in BEFORE_GRAPH), strict=True)
    return Spread.of(tuple(sum(before) / whole for before, whole in zip(parts, asked.cpu_ms, strict=True)))


def _memory_over_samples(growth: Growth) -> float:
    """From the shortest recording to the longest, samples in float32.

    It is the memory of the process after a request: the peak within one is not measured.
    """
    samples_mib = (growth.sizes[-1] - growth.sizes[0]) * RATE_HZ * SAMPLE_BYTES / MIB
    return (growth.resident_mib[-1] - growth.resident_mib[0]) / samples_mib


def _alone(value: float) -> Spread:
    return Spread(lower=value, median=value, upper=value)
