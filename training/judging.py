"""One labelled recording read by an exported graph.

Read as the service reads it, but for the rate of CWRU's healthy recordings (`training.spans`): at their published
48 kHz they reach bands in which no network has learned them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data.character import Character
from data.fault import FAULTS, Fault
from data.front_ends import AlignedFrontEnd, FrontEnd
from data.protocols import Span
from data.recording import Recording
from models.graph import Reading
from models.verdict import UnknownCheck, over_bands
from training.prepared import described, windows
from training.spans import read

Read = Callable[[NDArray[np.float32]], Reading]
"""Reads windows [N, 1, length], as a graph or a network does."""

Altered = Callable[[Recording, Span], Recording]
"""What is done to a recording before it is read: noise added, a speed told wrong."""


class Reader(Protocol):
    """An exported graph, or anything that reads windows as one does."""

    def run(self, values: NDArray[np.float32]) -> Reading:
        """Reads float32 [N, 1, length]."""
        ...


def as_it_is(recording: Recording, span: Span) -> Recording:
    """The recording, unaltered."""
    return recording


@dataclass(frozen=True, eq=False)
class Judged:
    """What a graph made of one recording.

    Attributes:
        span: which part of which recording.
        fault: its label.
        windows: float64 [positions, faults], probabilities averaged over bands, not calibrated.
        features: float32 [positions, bands, features].
        spikes, synops: float64 [layers], summed over all runs.
        runs: how often the graph ran: positions times bands.
        character: of the recording itself.
        spectra_db: float64 [seconds, octaves], its octave spectrum second by second.
    """

    span: Span
    fault: Fault
    windows: NDArray[np.float64]
    features: NDArray[np.float32]
    spikes: NDArray[np.float64]
    synops: NDArray[np.float64]
    runs: int
    character: Character
    spectra_db: NDArray[np.float64]

    @property
    def label(self) -> int:
        """The fault's place among the logits."""
        return FAULTS.index(self.fault)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Of the whole recording, not calibrated."""
        return np.asarray(self.windows.mean(axis=0))

    def distances(self, unknown: UnknownCheck) -> dict[str, float]:
        """From what was learned, by what is unlike."""
        flat = self.features.reshape(-1, self.features.shape[-1])
        return unknown.distances(flat, self.character, self.probabilities)


def read_windows(
    run: Read, values: NDArray[np.float32], faults: Sequence[Fault]
) -> tuple[Reading, NDArray[np.float64]]:
    """Reads one recording's windows, float32 [positions, bands, length], as one of `faults`.

    Returns:
        The reading, and its logits [positions, bands, faults], which give nothing to faults that are not asked for.
    """
    reading = run(values.reshape(-1, 1, values.shape[-1]))
    logits = reading.logits.reshape(*values.shape[:2], -1).astype(np.float64)
    logits[..., [at for at, fault in enumerate(FAULTS) if fault not in faults]] = -np.inf
    return reading, logits


def judge(
    graph: Reader,
    front_end: FrontEnd,
    spans: Iterable[Span],
    root: Path,
    faults: tuple[Fault, ...],
    altered: Altered = as_it_is,
) -> list[Judged]:
    """Reads each span, altered, with its front end and `graph`; probabilities are shared among `faults` alone."""
    spans = tuple(spans)
    recordings = zip(spans, read(spans, root), strict=True)
    return judge_recordings(graph, front_end, ((span, altered(each, span)) for span, each in recordings), faults)


def judge_recordings(
    graph: Reader, front_end: FrontEnd, recordings: Iterable[tuple[Span, Recording]], faults: tuple[Fault, ...]
) -> list[Judged]:
    """Reads recordings, each with the span that says what it is, as `judge` does."""
    judged = []
    for span, recording in recordings:
        values = windows(front_end, recording).values
        of_recording, by_second_db = described(recording, shaft=isinstance(front_end, AlignedFrontEnd))
        reading, logits = read_windows(graph.run, values, faults)
        judged.append(
            Judged(
                span,
                span.entry.fault,
                over_bands(logits),
                reading.features.reshape(*values.shape[:2], -1),
                reading.spikes.sum(axis=0, dtype=np.float64),
                reading.synops.sum(axis=0, dtype=np.float64),
                len(reading.logits),
                of_recording,
                by_second_db,
            )
        )
    return judged
