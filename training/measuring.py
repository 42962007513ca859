"""A bundle measured anew on the recordings and spans that it was not trained on."""

from dataclasses import dataclass
from pathlib import Path

from models.bundle import Bundle
from models.manifest import Figure, Rate
from training.config import TrainingConfig
from training.evaluation import Evaluation, evaluate, figures, miss_rate
from training.judging import Judged, judge
from training.spans import split_of


@dataclass(frozen=True)
class Measured:
    """`figures` and `miss_rate` as in the manifest, `evaluation` over all rigs, `judged` recording by recording."""

    figures: tuple[Figure, ...]
    miss_rate: Rate
    evaluation: Evaluation
    judged: list[Judged]


def measure(bundle: Bundle, root: Path) -> Measured:
    """Reads the test part of the protocol that the bundle's own `config.toml` names.

    Raises:
        DatasetError: recordings are missing under `root`.
    """
    config = TrainingConfig.read(bundle.folder / "config.toml")
    split = split_of(config.sources, root)
    manifest = bundle.manifest
    judged = judge(bundle.graph, manifest.front_end, split.test, root, manifest.faults)
    found = evaluate(judged, manifest.layers, manifest.calibration)
    return Measured(figures(judged), miss_rate(judged), found, judged)
