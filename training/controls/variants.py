"""A trained network read on recordings as they are, with their order shuffled, and with the speed told wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.fault import Fault
from data.front_ends import FrontEnd, TimeFrontEnd
from data.protocols import Split
from data.recording import Recording
from training.controls.scores import Score, score
from training.controls.shuffle import shuffled_windows
from training.judging import Read, Reader
from training.spans import read

AS_IT_IS = "as it is"
SHUFFLED = "shuffled"
SPEED_ERRORS = (0.03, 0.06, 0.12)

Scores = dict[str, list[Score]]
"""By variant; a speed that is wrong either way gives two of each recording."""


def wrong_speed(error: float) -> str:
    """The variant's name."""
    return f"speed wrong by {error:.0%}"


def variants_of(front_end: FrontEnd) -> tuple[str, ...]:
    """Those that say something: a speed that is not asked for cannot be wrong."""
    speeds = () if isinstance(front_end, TimeFrontEnd) else tuple(wrong_speed(error) for error in SPEED_ERRORS)
    return (AS_IT_IS, SHUFFLED, *speeds)


def read_variants(
    read: Read,
    front_end: FrontEnd,
    recordings: Iterable[Recording],
    faults: Sequence[Fault],
    only: str | None = None,
) -> Scores:
    """Scores of labelled recordings by variant, or of one variant `only`."""
    factors = {wrong_speed(error): (1 - error, 1 + error) for error in SPEED_ERRORS}
    found: Scores = {variant: [] for variant in variants_of(front_end) if only in (None, variant)}
    for recording in recordings:
        assert recording.fault is not None
        for variant, scores in found.items():
            for factor in factors.get(variant, (1.0,)):
                made = shuffled_windows if variant == SHUFFLED else _windows
                values = made(front_end, _at_speed(recording, factor))
                scores.append(score(read, values, recording.source, recording.fault, faults))
    return found


def read_test_part(graph: Reader, front_end: FrontEnd, split: Split, root: Path, faults: Sequence[Fault]) -> Scores:
    """Scores by variant of what a run was not trained on, from its exported graph."""
    return read_variants(graph.run, front_end, read(split.test, root), faults)


def plain(scores: Mapping[str, Sequence[Score]]) -> dict[str, Any]:
    """As JSON."""
    return {variant: [asdict(each) for each in of] for variant, of in scores.items()}


def scores_of(stored: Mapping[str, Any]) -> Scores:
    """From JSON."""
    return {variant: [Score(**each) for each in of] for variant, of in stored.items()}


def _windows(front_end: FrontEnd, recording: Recording) -> NDArray[np.float32]:
    return front_end.windows(recording).values


def _at_speed(recording: Recording, factor: float) -> Recording:
    if factor == 1 or recording.speed_rpm is None:
        return recording
    return replace(recording, speed_rpm=factor * recording.speed_rpm)
