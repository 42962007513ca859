"""The public datasets that Brinell knows; a new one is one file here and one line in `DATASETS`."""

from data.datasets.cwru import CWRU
from data.datasets.dataset import Dataset
from data.datasets.entry import Entry
from data.datasets.jnu import JNU
from data.datasets.mfpt import MFPT
from data.errors import DatasetError

DATASETS: dict[str, Dataset] = {dataset.name: dataset for dataset in (MFPT, JNU, CWRU)}

__all__ = ["DATASETS", "Dataset", "Entry", "named"]


def named(name: str) -> tuple[Dataset, tuple[Entry, ...]]:
    """The dataset of `DATASET` or `DATASET/NAME`, and all its recordings or that one.

    Raises:
        DatasetError: there is none of that name.
    """
    first, _, rest = name.partition("/")
    if first not in DATASETS:
        raise DatasetError(f"no dataset {first!r}; there are {', '.join(DATASETS)}")
    dataset = DATASETS[first]
    return dataset, (dataset.entry(rest),) if rest else dataset.entries
