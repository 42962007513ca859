"""Which real recordings commission a rig, and which are listened to afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.datasets import DATASETS, Entry
from data.datasets.cwru import at_the_fan_end
from data.protocols import Span
from data.recording import Recording
from data.resampling import resampled
from training.spans import read
from training.suites.recordings import used


@dataclass(frozen=True)
class Commissioning:
    """The recordings, by name, that a rig is commissioned on; `pieces`: each is cut into so many."""

    names: tuple[str, ...]
    pieces: int = 1


CWRU, FAN_END = "cwru", "cwru, fan end"
"""The second is the same machine, recordings and days, by the sensor at the other end of the motor."""

COMMISSIONED = {
    "mfpt": Commissioning(("baseline_1", "baseline_2")),
    "jnu": Commissioning(()),
    CWRU: Commissioning(("97",), pieces=5),
    FAN_END: Commissioning(("97",), pieces=5),
}
"""CWRU has one healthy recording at this load and JNU none that is to be had."""


def dataset_of(rig: str) -> str:
    """The dataset that a rig's recordings are of."""
    return CWRU if rig == FAN_END else rig


def recordings(rig: str) -> tuple[Entry, ...]:
    """All of a rig that are used."""
    entries = used(dataset_of(rig))
    return at_the_fan_end(entries) if rig == FAN_END else entries


def commissioned(root: Path, rig: str) -> Iterator[Recording]:
    """The healthy recordings, or their pieces, at the rig's lowest rate."""
    chosen = COMMISSIONED[rig]
    for entry in recordings(rig):
        if entry.name in chosen.names:
            for at in range(chosen.pieces):
                yield _read(root, Span(entry, at / chosen.pieces, (at + 1) / chosen.pieces))


def left_to_test(rig: str) -> tuple[Entry, ...]:
    """All the others."""
    return tuple(entry for entry in recordings(rig) if entry.name not in COMMISSIONED[rig].names)


def listened(root: Path, entry: Entry) -> Recording:
    """A recording that is tested, at the rig's lowest rate."""
    return _read(root, Span(entry))


@lru_cache(maxsize=256)
def _read(root: Path, span: Span) -> Recording:
    """A machine has one sensor at one rate; that of the faults is not that of the healthy state on two of the rigs, and
    whatever hears more of the spectrum would tell them apart by that.
    """
    (recording,) = read([span], root)
    lowest = min(entry.rate_hz for entry in DATASETS[span.entry.rig].entries)
    return recording if recording.rate_hz <= lowest else resampled(recording, lowest)
