"""Which cells the truth table has, in the order in which a queue fills them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from data.protocols import ALL, Split
from training.suites.cell import Cell
from training.suites.recordings import splits_of
from training.suites.rows import FEW, ROWS, RULE, Row
from training.suites.truth.cells import NetworkCell, Place, RuleCell

HEADLINE: tuple[tuple[str, str], ...] = (
    ("cross-machine", ALL),
    ("by-bearing", "cwru"),
    ("cross-speed", "jnu"),
    ("cross-load", "mfpt"),
    ("cross-load", "cwru"),
)
"""Protocol and dataset; the rows' own number of seeds."""

ELSEWHERE: tuple[tuple[str, str], ...] = (
    ("by-recording", "mfpt"),
    ("by-time", "jnu"),
    ("by-time", "cwru"),
    ("random-window", "mfpt"),
    ("random-window", "jnu"),
    ("random-window", "cwru"),
)
"""Three seeds."""

NOISY: tuple[tuple[str, str], ...] = (("by-recording", "mfpt"), ("by-time", "cwru"))
"""The hardest of those that test the bearings they train."""


def cells(root: Path, rows: Sequence[Row] = ROWS) -> tuple[Cell, ...]:
    """All cells: those of the first seed first, so that a queue that is stopped leaves a whole table of fewer seeds.

    `root` is not looked at: the table is made of a fixed list of recordings (`training.suites.recordings`).
    """
    return tuple(_of_the_rule()) + tuple(_of_networks(rows))


def reported(dataset: str, protocol: str) -> tuple[Split, ...]:
    """The folds that are reported; those of `by-bearing` and `cross-machine` that choices are made on are not."""
    return tuple(split for split in splits_of(dataset, protocol) if not split.name.endswith(" validates"))


def _of_the_rule() -> Iterator[Cell]:
    for protocol, dataset in (*HEADLINE, *ELSEWHERE):
        for split in reported(dataset, protocol):
            yield RuleCell(Place(RULE, protocol, dataset, split))
    for protocol, dataset in NOISY:
        for split in reported(dataset, protocol):
            yield RuleCell(Place(RULE, protocol, dataset, split, noise=True))


def _of_networks(rows: Sequence[Row]) -> Iterator[Cell]:
    bases = [(row, row.training()) for row in rows]
    for seed in range(max((row.seeds for row in rows), default=0)):
        for places, noise in ((HEADLINE, False), (ELSEWHERE, False), (NOISY, True)):
            for row, base in bases:
                if seed >= (row.seeds if places is HEADLINE else min(row.seeds, FEW)):
                    continue
                for protocol, dataset in places:
                    for split in reported(dataset, protocol):
                        if row.runs_on(protocol, split.name):
                            yield NetworkCell(Place(row.label, protocol, dataset, split, seed, noise), row, base)
