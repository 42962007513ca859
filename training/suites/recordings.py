"""The recordings that the committed tables are made of: they must not change with what a machine happens to hold."""

from collections.abc import Sequence
from pathlib import Path

from data.datasets import DATASETS, Entry
from data.errors import DatasetError
from data.protocols import ALL, PROTOCOLS, Split
from training.lock import once
from training.suites.cell import digest

RIGS = ("mfpt", "jnu", "cwru")
ABSENT = frozenset(
    {
        "mfpt/OuterRaceFault_vload_7",
        "mfpt/InnerRaceFault_vload_7",
        "jnu/n600_3_2",
        "jnu/n800_3_2",
        "jnu/n1000_3_2",
    }
)
"""Published, but not to be had where the tables were made: MFPT's faults at 300 lbs, JNU's healthy recordings."""


def used(dataset: str) -> tuple[Entry, ...]:
    """The recordings of one dataset, or of `all`, that the tables are made of.

    >>> len(used("jnu"))
    9
    """
    chosen = [each for name, each in DATASETS.items() if dataset in (name, ALL)]
    return tuple(entry for each in chosen for entry in each.entries if f"{entry.rig}/{entry.name}" not in ABSENT)


def splits_of(dataset: str, protocol: str) -> tuple[Split, ...]:
    """The folds of a protocol on the recordings that are used."""
    return PROTOCOLS[protocol].splits(used(dataset))


def at_hand(root: Path, dataset: str, scratch: Path, without: frozenset[str] = frozenset()) -> Path:
    """`root` where it holds of `dataset` what is used and no more; else a folder of links to what is used.

    `without` names recordings, "rig/name", that are not used here.

    Raises:
        DatasetError: a recording is missing.
    """
    wanted = tuple(entry for entry in used(dataset) if f"{entry.rig}/{entry.name}" not in without)
    missing = [entry for entry in wanted if DATASETS[entry.rig].path(root, entry) is None]
    if missing:
        names = ", ".join(f"{entry.rig}/{entry.name}" for entry in missing)
        raise DatasetError(f"the table is made of {names} too, which is not under {root}; `brinell data fetch` gets it")
    rigs = {entry.rig for entry in used(dataset)}
    if sum(len(DATASETS[rig].present(root)) for rig in rigs) == len(wanted):
        return root
    return _linked(root, wanted, scratch)


def _linked(root: Path, wanted: Sequence[Entry], scratch: Path) -> Path:
    names = [f"{entry.rig}/{entry.name}" for entry in wanted]
    folder = scratch / f"recordings-{digest(str(root.resolve()), names)}"
    with once(scratch, folder.name):
        for entry in wanted:
            file = DATASETS[entry.rig].path(root, entry)
            assert file is not None
            link = folder / entry.rig / entry.file
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(file.resolve())
    return folder
