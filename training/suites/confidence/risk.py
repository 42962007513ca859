"""Which answers of the truth table's recordings are asked what their confidence was worth."""

from dataclasses import dataclass
from pathlib import Path

from data.protocols import ALL
from training.suites.truth import TRUTH
from training.suites.truth.altering import SNR_DB
from training.suites.truth.answers import Answers
from training.suites.truth.filled import Filled
from training.suites.truth.plan import NOISY
from training.suites.truth.tables import PERCENT


@dataclass(frozen=True)
class Problem:
    """One protocol of the truth table; of a noisy one, at one level. `split` None: all folds together."""

    title: str
    protocol: str
    dataset: str
    split: str | None = None
    snr_db: float | None = None


PROBLEMS: tuple[Problem, ...] = (
    *(Problem(f"{rig} never seen", "cross-machine", ALL, f"{rig} never seen") for rig in ("mfpt", "jnu", "cwru")),
    Problem("bearings never seen, cwru", "by-bearing", "cwru"),
    Problem("speeds never seen, jnu", "cross-speed", "jnu"),
    Problem("loads never seen, mfpt", "cross-load", "mfpt"),
    Problem("loads never seen, cwru", "cross-load", "cwru"),
    *(
        Problem(f"{dataset} at {snr_db:g} dB", protocol, dataset, snr_db=snr_db)
        for protocol, dataset in NOISY
        for snr_db in SNR_DB
    ),
)


class TruthTable:
    """The truth table as its raw results have it now."""

    def __init__(self) -> None:
        self.filled = Filled(TRUTH.cells(Path()), TRUTH.ledger.results())
        self.rows = self.filled.networks()

    def answers(self, row: str, problem: Problem) -> Answers | None:
        """Of all whole seeds together; None where none is there."""
        splits = None if problem.split is None else [problem.split]
        noise = problem.snr_db is not None
        if row not in self.filled.rows(problem.protocol, problem.dataset):
            return None
        series = self.filled.series(row, problem.protocol, problem.dataset, splits, noise)
        level = 0 if problem.snr_db is None else SNR_DB.index(problem.snr_db)
        return Answers.of(series, level)

    def asked(self, row: str, problem: Problem) -> bool:
        """True where the row has cells of the problem, filled or not."""
        return row in self.filled.rows(problem.protocol, problem.dataset)


def percent(share: float) -> str:
    """One decimal."""
    return f"{PERCENT * share:.1f}"
