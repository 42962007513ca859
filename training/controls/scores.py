"""How many windows of a recording were read right, and what that says over recordings.

Windows of one recording are not independent: every interval here is over recordings.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.fault import FAULTS, Fault
from models.verdict import over_bands
from training.judging import Read, read_windows
from training.metrics import Share

DRAWS = 2000


@dataclass(frozen=True)
class Score:
    """Of the windows of one recording, `right` were read as its label; the whole of it was read as `read_as`."""

    recording: str
    label: str
    windows: int
    right: int
    read_as: str

    @property
    def share(self) -> float:
        """Windows right."""
        return self.right / self.windows


@dataclass(frozen=True)
class Balanced:
    """Windows right, the mean over labels of the mean over recordings, with its interval; and recordings right."""

    value: float
    interval: tuple[float, float]
    recordings: Share

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.1%} ({low:.0%} to {high:.0%}), {self.recordings.right} of {self.recordings.total}"


def score(read: Read, values: NDArray[np.float32], name: str, fault: Fault, faults: Sequence[Fault]) -> Score:
    """Reads one recording's windows, float32 [positions, bands, length], as one of `faults`."""
    _, logits = read_windows(read, values, faults)
    windows = over_bands(logits)
    right = int((windows.argmax(axis=1) == FAULTS.index(fault)).sum())
    return Score(name, str(fault), len(windows), right, str(FAULTS[int(windows.mean(axis=0).argmax())]))


def balanced(scores: Sequence[Score]) -> Balanced:
    """Over recordings; a recording that was read in several splits counts as often, but is drawn as one.

    The interval (95 %) is a bootstrap over the recordings of each label. Where all windows of all recordings are right
    it has no width: then Wilson's interval of `recordings` is what says how little that proves.
    """
    shares: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for each in scores:
        shares[each.label][each.recording].append(each.share)
    by_label = [np.array([np.mean(of) for of in recordings.values()]) for recordings in shares.values()]
    rng = np.random.default_rng(0)
    draws = np.mean([of[rng.integers(len(of), size=(DRAWS, len(of)))].mean(axis=1) for of in by_label], axis=0)
    low, high = np.quantile(draws, (0.025, 0.975))
    right = Share(sum(each.read_as == each.label for each in scores), len(scores))
    return Balanced(float(np.mean([of.mean() for of in by_label])), (float(low), float(high)), right)
