"""What a row's recordings say about their confidence: risk against coverage, Brier's score, calibration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.fault import FAULTS, Fault
from training.metrics import Share, calibration_error
from training.suites.truth.filled import Series
from training.suites.truth.raw import ReadRecording

SURE = 0.9


@dataclass(frozen=True, eq=False)
class Answers:
    """Calibrated probabilities float64 [answers, faults] and labels of recordings; every seed answers anew.

    `read`: the recordings; `known`: passed by the unknown-check; `seeds`: whole ones.
    """

    seeds: int
    read: tuple[ReadRecording, ...]
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, series: Series, level: int = 0) -> "Answers | None":
        """Of all whole seeds together; None where none is there."""
        read = tuple(each for raws in series.seeds for raw in raws for each in raw.reached[level].recordings)
        return cls(len(series.seeds), read, np.array([each.known for each in read])) if read else None

    @property
    def labels(self) -> NDArray[np.int64]:
        return np.array([FAULTS.index(each.fault) for each in self.read])

    @property
    def probabilities(self) -> NDArray[np.float64]:
        return np.array([each.calibrated for each in self.read])

    @property
    def confidence(self) -> NDArray[np.float64]:
        return np.asarray(self.probabilities.max(axis=1))

    @property
    def right(self) -> NDArray[np.bool_]:
        return np.asarray(self.probabilities.argmax(axis=1) == self.labels)

    @property
    def brier(self) -> float:
        """Sum over faults, mean over answers: 0 to 2."""
        return float(np.square(self.probabilities - np.eye(len(FAULTS))[self.labels]).sum(axis=1).mean())

    @property
    def ece(self) -> float:
        """Expected calibration error, ten bins."""
        return calibration_error(self.labels, self.probabilities)

    def risk(self) -> NDArray[np.float64]:
        """Share of wrong ones among the surest 1, 2, ... answers; of equally sure ones the mean."""
        order = np.argsort(-self.confidence, kind="stable")
        confidence, wrong = self.confidence[order], ~self.right[order]
        for value in np.unique(confidence):
            same = confidence == value
            wrong = np.where(same, wrong[same].mean(), wrong)
        return np.asarray(np.cumsum(wrong) / np.arange(1, len(wrong) + 1))

    def risk_at(self, coverage: float) -> float:
        """Share of wrong ones among the surest `coverage` of the answers."""
        risk = self.risk()
        return float(risk[max(0, round(coverage * len(risk)) - 1)])

    def sure(self, known_only: bool = False) -> "Sure":
        """The answers that name a fault with `SURE` or more."""
        named = (self.probabilities.argmax(axis=1) != FAULTS.index(Fault.NORMAL)) & (self.confidence >= SURE)
        chosen = np.flatnonzero(named & self.known if known_only else named)
        wrong = [at for at in chosen.tolist() if not self.right[at]]
        return Sure(
            answers=len(chosen),
            wrong=len(wrong),
            bearings=Share(len(self._bearings(wrong)), len(self._bearings(chosen.tolist()))),
            which=tuple(sorted({f"{self.read[at].title} as {_named(self.read[at])}" for at in wrong})),
        )

    def _bearings(self, places: Sequence[int]) -> set[str]:
        return {f"{self.read[at].rig} {self.read[at].bearing}" for at in places}


@dataclass(frozen=True)
class Sure:
    """`wrong` of `answers` that named a fault surely; `bearings`: with at least one wrong, of those so named at all."""

    answers: int
    wrong: int
    bearings: Share
    which: tuple[str, ...]


def joined(found: Sequence[Answers]) -> Answers:
    """Answers of several problems as one."""
    read = tuple(each for answers in found for each in answers.read)
    return Answers(min(each.seeds for each in found), read, np.concatenate([each.known for each in found]))


def _named(read: ReadRecording) -> str:
    return FAULTS[int(np.argmax(read.calibrated))].value
