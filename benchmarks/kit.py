"""What competitors load: the weights of one bundle in every form, and the windows, in one folder."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.windows import Work
from models.bundle import INT8_MODEL, MODEL, Bundle
from models.output import Network

NAIVE = "naive.onnx"
EXPORTED = "exported.onnx"
TWIN = "twin.onnx"
TWIN_INT8 = "twin.int8.onnx"
NETWORK = "network.pt"
ROUNDED_NETWORK = "rounded.pt"
TWIN_NETWORK = "twin.pt"
WINDOWS = "windows.npz"
CALIBRATED_ON = 64


@dataclass(frozen=True)
class Kit:
    """The folder, its networks by file, and how the bundle was trained.

    Attributes:
        batch: windows of a training step.
        epoch_steps: steps between two validations.
    """

    folder: Path
    networks: dict[str, Network]
    batch: int
    epoch_steps: int


def make(bundle: Bundle, work: Work, folder: Path) -> Kit:
    """Writes into `folder` whatever a competitor loads."""
    import torch

    from benchmarks.naive import naive
    from training.config import TrainingConfig
    from training.drawing.draw import rounded
    from training.export import export, exported
    from training.run import trained_network
    from training.static_quantisation import quantise

    network = trained_network(bundle.folder)
    twin = relu_twin(network)
    networks = {NETWORK: network, ROUNDED_NETWORK: rounded(network), TWIN_NETWORK: twin}
    for name, each in networks.items():
        torch.save(each, folder / name)
    np.savez(folder / WINDOWS, windows=work.windows, labels=work.labels)
    for name in (MODEL, INT8_MODEL):
        if (bundle.folder / name).exists():
            (folder / name).write_bytes((bundle.folder / name).read_bytes())
    (folder / NAIVE).write_bytes(naive(network).SerializeToString())
    plain, _ = exported(network)
    (folder / EXPORTED).write_bytes(plain.SerializeToString())
    twin_graph, _ = export(twin, folder / "twin")
    twin_graph.rename(folder / TWIN)
    quantise(folder / TWIN, folder / TWIN_INT8, work.windows[:CALIBRATED_ON])
    schedule = TrainingConfig.read(bundle.folder / "config.toml").schedule
    return Kit(folder, networks, schedule.batch, schedule.validate_every)


def relu_twin(network: Network) -> Network:
    """The same weights with ReLU in place of spikes: not what it answers counts, but what it costs."""
    from models.build import build
    from models.network import MraSnnConfig, twin

    assert isinstance(network.config, MraSnnConfig)
    made = build(twin(network.config))
    made.load_state_dict(network.state_dict())
    return made.eval()
