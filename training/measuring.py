"""A bundle measured anew: against the recordings that it was not trained on, and against its weights in PyTorch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.bundle import Bundle, BundleError
from models.graph import Graph
from models.manifest import Manifest, MissRate
from models.verdict import UnknownCheck
from training.config import TrainingConfig
from training.drawing.draw import rounded
from training.evaluation import Evaluation, evaluate, figures, miss_rate, summary
from training.judging import Judged, judge
from training.parity import Parity, parity
from training.run import trained_network
from training.spans import read, split_of


@dataclass(frozen=True)
class Measured:
    """`evaluation` over all rigs, `judged` recording by recording, of a bundle with `unknown_check`.

    `never_seen`: no machine that was measured on took part in training.
    """

    evaluation: Evaluation
    judged: list[Judged]
    unknown_check: UnknownCheck
    never_seen: bool

    def unknown(self) -> tuple[str, ...]:
        """Recordings that the unknown-check does not let pass, each "rig/name"."""
        return summary(self.evaluation, self.judged, self.unknown_check).unknown

    def claims(self, manifest: Manifest) -> dict[str, Any]:
        """The fields of the bundle's manifest that say what was reached, as measured now.

        A miss rate that these recordings cannot tell stays as it is.
        """
        measured = miss_rate(self.judged, self.never_seen).model_dump(exclude_none=True)
        return {
            "figures": figures(self.judged),
            "summary": summary(self.evaluation, self.judged, self.unknown_check),
            "miss_rate": MissRate.model_validate(manifest.miss_rate.model_dump() | measured),
        }


def measure(bundle: Bundle, root: Path, graph: Graph | None = None) -> Measured:
    """Reads the test part of the protocol that the bundle's own `config.toml` names, with its `graph` or the one given.

    Raises:
        DatasetError: recordings are missing under `root`.
    """
    config = TrainingConfig.read(bundle.folder / "config.toml")
    split = split_of(config.sources, root, config.simulation)
    manifest = bundle.manifest
    judged = judge(graph or bundle.graph, manifest.front_end, split.test, root, manifest.faults)
    found = evaluate(judged, manifest.layers, manifest.calibration)
    return Measured(found, judged, manifest.unknown_check, split.machines_apart)


def compare_with_torch(folder: Path, root: Path, count: int, int8: bool = False) -> Parity:
    """The bundle's graph against its weights in PyTorch, on `count` windows spread over all recordings of its protocol.

    With `int8` it is the int8 graph, against the same weights rounded as there.

    Raises:
        BundleError: the bundle does not check out, or has no int8 graph.
        DatasetError: recordings are missing under `root`.
    """
    bundle = Bundle.load(folder)
    config = TrainingConfig.read(folder / "config.toml")
    split = split_of(config.sources, root, config.simulation)
    spans = (*split.test, *split.validation, *split.train)
    values = [bundle.manifest.front_end.windows(recording).values for recording in read(spans, root)]
    flat = np.concatenate([each.reshape(-1, 1, each.shape[-1]) for each in values])
    chosen = np.linspace(0, len(flat) - 1, min(count, len(flat))).astype(int)
    network = trained_network(folder)
    if not int8:
        return parity(network, bundle.graph, flat[chosen])
    if bundle.int8_graph is None:
        raise BundleError(folder, "it has no int8 graph")
    return parity(rounded(network), bundle.int8_graph, flat[chosen])
