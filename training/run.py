"""One training run in its folder: train, export its graph, judge it, write down what it reached.

The folder ends up with `config.toml`, `weights.safetensors`, `model.onnx`, `manifest.json` (the draft that
`brinell export` completes) and `confusion.png`.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Self

from safetensors.torch import load_file

from data.datasets import DATASETS
from data.fault import FAULTS, Fault
from data.front_ends import AlignedFrontEnd
from data.protocols import Span, Split
from data.recording import Recording
from models.build import build
from models.bundle import MODEL
from models.envelope_rule import EnvelopeRule
from models.graph import Graph
from models.manifest import Manifest, Reads, TrainingData
from models.output import Network
from training.calibration import fit_temperature, fit_unknown_check
from training.candidates import CandidatePool
from training.config import TrainingConfig
from training.controls.variants import read_test_part
from training.controls.word import word_of
from training.evaluation import evaluate, figures, miss_rate, summary
from training.export import export
from training.judging import Judged, judge
from training.loop import WEIGHTS, train
from training.plots import draw_confusion
from training.pool import Batches, Pool
from training.spans import SIMULATED, read, split_of
from training.validation import held_out

DRAFT = "manifest.json"
TOOLS = ("torch", "onnx", "onnxscript", "onnxruntime", "numpy", "scipy")


class Run:
    """A configuration, the recordings under `root`, and a `folder` that keeps what comes of them.

    Raises:
        ConfigError, DatasetError: the configuration asks for recordings or folds that there are not.
    """

    def __init__(self, config: TrainingConfig, root: Path, folder: Path) -> None:
        self.config, self.root, self.folder = config, root, folder
        self.split: Split = split_of(config.sources, root, config.simulation)
        self._judged: dict[str, list[Judged]] = {}

    @classmethod
    def under(cls, config: TrainingConfig, root: Path, runs: Path) -> Self:
        """The run in a folder of `runs` whose name changes with the configuration and with the recordings there are."""
        split = split_of(config.sources, root, config.simulation)
        spans = [
            (span.entry.rig, span.entry.name, span.start, span.stop)
            for span in (*split.train, *split.validation, *split.test)
        ]
        digest = hashlib.sha256(f"{config.key} {sorted(spans)}".encode()).hexdigest()[:16]
        return cls(config, root, runs / f"{config.name}-{digest}")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those that the training part holds."""
        present = {span.entry.fault for span in self.split.train}
        return tuple(fault for fault in FAULTS if fault in present)

    def train(self) -> None:
        """Trains to the end, or goes on from where it was killed, and exports the best network's graph.

        Raises:
            CheckpointError: the folder holds a run of another configuration.
        """
        self.learn()
        export(trained_network(self.folder), self.folder)
        self._judged.clear()

    def learn(self) -> None:
        """Trains without exporting: a table of a thousand runs reads their weights in PyTorch.

        Raises:
            CheckpointError: as `train`.
        """
        config = self.config
        train(config, self._pool(), held_out(read(self.split.validation, self.root), config.front_end), self.folder)

    def _pool(self) -> Batches:
        spans = self.split.train
        return pool_of(self.config, zip(spans, read(spans, self.root), strict=True))

    def judge(self, part: str) -> list[Judged]:
        """The exported graph's reading of the split's `train`, `validation` or `test` part, made once."""
        if part not in self._judged:
            graph, spans = Graph(self.folder / MODEL), getattr(self.split, part)
            self._judged[part] = judge(graph, self.config.front_end, spans, self.root, self.faults)
        return self._judged[part]

    def conclude(self) -> Manifest:
        """Calibrates on the validation part, measures on the test part, writes and returns the draft of a manifest."""
        validation, test = self.judge("validation"), self.judge("test")
        calibration, layers = fit_temperature(validation), trained_network(self.folder).layers()
        unknown_check = fit_unknown_check(self.judge("train"), validation, self.config.front_end.kind)
        draft = Manifest(
            name=self.config.name,
            version="0.0.0",
            faults=FAULTS,
            front_end=self.config.front_end,
            network=self.config.network,
            reads=self._reads(),
            layers=layers,
            calibration=calibration,
            unknown_check=unknown_check,
            envelope_threshold=EnvelopeRule().threshold,
            figures=figures(test),
            summary=summary(evaluate(test, layers, calibration), test, unknown_check),
            miss_rate=miss_rate(test, never_seen=self.split.machines_apart),
            training_data=self._training_data(),
            protocol=", ".join(f"{source.dataset} {source.protocol}" for source in self.config.sources),
            seed=self.config.seed,
            tools={tool: version(tool) for tool in TOOLS},
            trained_on=datetime.datetime.now(datetime.UTC).date(),
        )
        (self.folder / DRAFT).write_text(json.dumps(draft.model_dump(mode="json"), indent=1) + "\n")
        draw_confusion(test, self.folder / "confusion.png", self.config.name)
        return draft

    def _reads(self) -> Reads:
        graph = Graph(self.folder / MODEL)
        scores = read_test_part(graph, self.config.front_end, self.split, self.root, self.faults)
        return word_of(scores, len(self.faults))

    def _training_data(self) -> tuple[TrainingData, ...]:
        trained = {span.entry for span in self.split.train}
        return (
            tuple(
                TrainingData(
                    dataset=dataset.name,
                    licence=dataset.licence,
                    citation=dataset.citation,
                    recordings=sum(entry.rig == dataset.name for entry in trained),
                )
                for dataset in DATASETS.values()
                if any(entry.rig == dataset.name for entry in trained)
            )
            + self._simulated_data()
        )

    def _simulated_data(self) -> tuple[TrainingData, ...]:
        simulation = self.config.simulation
        if not simulation.recordings:
            return ()
        made = f"machines drawn at random by `data.rig`, seed {simulation.seed}"
        return (TrainingData(dataset=SIMULATED, licence="none", citation=made, recordings=simulation.recordings),)


def pool_of(config: TrainingConfig, recordings: Iterable[tuple[Span, Recording]]) -> Batches:
    """What a run of `config` draws from, of labelled recordings."""
    if isinstance(config.front_end, AlignedFrontEnd):
        named = ((recording, span.entry.bearing) for span, recording in recordings)
        return CandidatePool(named, config.front_end, config.candidates, SIMULATED)
    return Pool((recording for _, recording in recordings), config.front_end, config.augmentation)


def trained_network(folder: Path) -> Network:
    """The network of a run's or a bundle's folder, from its `config.toml` and `weights.safetensors`."""
    network = build(TrainingConfig.read(folder / "config.toml").network)
    network.load_state_dict(load_file(folder / WEIGHTS))
    return network.eval()
