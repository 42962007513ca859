"""The public datasets that Brinell knows; a new one is one file here and one line in `DATASETS`."""

from data.datasets.cwru import CWRU
from data.datasets.dataset import Dataset
from data.datasets.entry import Entry
from data.datasets.jnu import JNU
from data.datasets.mfpt import MFPT

DATASETS: dict[str, Dataset] = {dataset.name: dataset for dataset in (MFPT, JNU, CWRU)}

__all__ = ["DATASETS", "Dataset", "Entry"]
