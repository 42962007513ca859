"""That every competitor computes the same; those that are not installed are skipped, and say so."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks.agreement import AGREEMENTS
from benchmarks.competitors.competitor import Answer
from benchmarks.competitors.onnxruntime import OnnxRuntime
from benchmarks.competitors.pytorch import PyTorch
from benchmarks.kit import relu_twin
from benchmarks.naive import StepByStep, naive
from benchmarks.swapped import NotSwappable, Swapped, swapped
from models.build import build
from models.bundle import MODEL, PRETRAINED
from models.network import CandidateSnnConfig, MraSnnConfig, PlainSnnConfig
from models.neurons import LIF
from models.output import Network
from tests.simulated_windows import order_windows
from training.parity import read
from training.run import trained_network

BUNDLE = PRETRAINED / "order" / "1.0.0"
SKIPPED = "not installed; make bench installs the competitors"


@pytest.fixture(scope="module")
def network() -> Network:
    return trained_network(BUNDLE)


@pytest.fixture(scope="module")
def file(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "network.pt"
    torch.save(network, path)
    return path


def same(theirs: Answer, network: Network) -> None:
    reading = read(network, order_windows(64))
    AGREEMENTS["same"].hold(theirs, Answer(reading.logits, reading.spikes.sum(1)))


def test_pytorch_with_folded_batch_norms_computes_the_same(network: Network, file: Path) -> None:
    same(PyTorch(file, threads=1).answer(order_windows(64)), network)


def test_the_naive_export_computes_the_same_with_a_copy_of_every_layer_a_timestep(
    network: Network, tmp_path: Path
) -> None:
    graph = naive(network)
    (tmp_path / "naive.onnx").write_bytes(graph.SerializeToString())
    same(OnnxRuntime(tmp_path / "naive.onnx", threads=1).answer(order_windows(64)), network)
    convolutions = sum(node.op_type == "Conv" for node in graph.graph.node)
    # What a timestep does not change, the encoder and the first gate, is computed once in either.
    assert convolutions == sum(layer.evaluations for layer in network.layers() if layer.part != "head")


def test_a_schedule_that_shrinks_has_no_naive_form() -> None:
    with pytest.raises(NotSwappable, match="timesteps"):
        StepByStep(build(MraSnnConfig(timesteps=(4, 2, 1))))


def test_neurons_of_several_levels_or_with_a_learned_leak_are_not_swapped() -> None:
    with pytest.raises(NotSwappable, match="3 levels"):
        swapped(build(MraSnnConfig(spike_bits=2)), Swapped)
    with pytest.raises(NotSwappable, match="ParametricLIF"):
        swapped(build(PlainSnnConfig()), Swapped)


def test_the_twin_has_the_same_weights_and_no_spikes(network: Network) -> None:
    twin = relu_twin(network)
    assert not twin(torch.from_numpy(order_windows(2))).spikes
    assert all(torch.equal(twin.state_dict()[name], value) for name, value in network.state_dict().items())


def test_openvino_computes_the_same(network: Network) -> None:
    pytest.importorskip("openvino", reason=f"openvino is {SKIPPED}")
    from benchmarks.competitors.openvino import OpenVino

    same(OpenVino(BUNDLE / MODEL, threads=1).answer(order_windows(64)), network)


def spikingjelly() -> Callable[[Network], Network]:
    pytest.importorskip("spikingjelly.activation_based", reason=f"spikingjelly is {SKIPPED}")
    from benchmarks.competitors.spikingjelly import with_its_neurons

    return with_its_neurons


def snntorch() -> Callable[[Network], Network]:
    pytest.importorskip("snntorch", reason=f"snntorch is {SKIPPED}")
    from benchmarks.competitors.snntorch import with_its_neurons

    return with_its_neurons


NETWORKS = {
    "hard": MraSnnConfig(window_length=256),
    "soft": MraSnnConfig(window_length=256, reset="soft"),
    "candidates": CandidateSnnConfig(),
}


def test_snntorchs_soft_reset_is_not_taken_for_ours() -> None:
    with_its_neurons = snntorch()
    with pytest.raises(NotSwappable, match="another equation"):
        with_its_neurons(build(NETWORKS["soft"]))


@pytest.mark.parametrize(
    ("library", "name"),
    [(spikingjelly, "hard"), (spikingjelly, "soft"), (spikingjelly, "candidates"), (snntorch, "hard"),
     (snntorch, "candidates")],
)  # fmt: skip
def test_another_librarys_neurons_fire_and_learn_the_same(
    library: Callable[[], Callable[[Network], Network]], name: str
) -> None:
    with_its_neurons = library()
    torch.manual_seed(0)
    ours = build(NETWORKS[name]).train()
    theirs = with_its_neurons(ours)
    assert not any(isinstance(part, LIF) for part in theirs.modules())
    windows = torch.randn(8, 1, ours.config.window_length)
    outputs = []
    for network in (ours, theirs):
        torch.manual_seed(1)
        output = network(windows)
        (output.logits.square().sum() + sum((each.sum() for each in output.spikes.values()), Tensor([0]))).backward()
        outputs.append(output)
    mine, other = outputs
    assert all(train.any() for train in mine.spikes.values())
    assert all(torch.equal(train, other.spikes[key]) for key, train in mine.spikes.items())
    for one, another in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert one.grad is not None
        assert another.grad is not None
        # Each sums in its own order, so a number is held as closely as the largest of those it was summed with.
        largest = float(one.grad.abs().max())
        np.testing.assert_allclose(another.grad.numpy(), one.grad.numpy(), rtol=1e-3, atol=max(1e-4, 1e-5 * largest))
