"""What the figures should be, beside what they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.results import Race, Results, Spread

THREADS = 1


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
        for given, asked in results.diagnosis.asked.items():
            yield Target(f"bytes to diagnosis, {given}, CPU ms", Spread.of(asked.cpu_ms), 60.0)
    if results.lengths is not None and results.lengths.recording is not None:
        exponent = results.lengths.recording.exponent
        spread = Spread(lower=exponent, median=exponent, upper=exponent)
        yield Target("exponent of cost over length of recording", spread, 1.05, 0.95)
