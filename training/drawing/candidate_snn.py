"""The candidate detector as a graph: its candidates are positions, and every convolution is one wide."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch import nn

from models.candidate_snn import CandidateSnn
from models.convolution import NormalisedConv
from models.graph import INPUT
from models.neurons import Neuron
from training.drawing.convolution import bias, shifted
from training.drawing.neuron import fire
from training.drawing.sketch import Sketch, whole
from training.drawing.weights import unrolled


def spike_fed(network: CandidateSnn) -> Iterator[nn.Conv1d]:
    """The convolutions that read spikes."""
    for convolution in network.convolutions:
        assert isinstance(convolution, NormalisedConv)
        yield convolution.conv


def draw(sketch: Sketch, network: CandidateSnn) -> dict[str, str]:
    """Writes `logits` and `features` of a folded network; returns its spike trains [T N, 1, L, C] by name."""
    (timesteps,), candidates = network.config.timesteps, network.config.candidates
    heights = sketch.add("Reshape", INPUT, whole(-1, 1, candidates, network.inputs))
    scale, neurons = network.scale.conv, [neuron for neuron in network.neurons if isinstance(neuron, Neuron)]
    current = shifted(sketch, sketch.add("MatMul", heights, -_copying(scale)), -bias(scale), candidates)
    offsets = [bias(conv) for conv in spike_fed(network)]
    offsets[0] = offsets[0] + network.which.detach().numpy().T
    fired = fire(sketch, current, neurons[0], timesteps, static=True)
    trains = {"heights": fired}
    layers = zip(spike_fed(network), offsets, neurons[1:], strict=True)
    for number, (conv, offset, neuron) in enumerate(layers, 2):
        current = shifted(sketch, sketch.product(fired, -unrolled(conv)), -offset, candidates)
        fired = fire(sketch, current, neuron, timesteps, static=False)
        trains[f"layer{number}"] = fired
    width = network.config.widths[-1]
    in_time = sketch.unfolded(sketch.numbers(fired), timesteps, candidates, width)
    mean = sketch.add("ReduceMean", in_time, whole(0), keepdims=0)
    by_channel = sketch.add("Transpose", mean, perm=[0, 2, 1])
    features = sketch.add("Reshape", by_channel, whole(-1, width * candidates), name="features")
    sketch.add("Gemm", features, *_head(network), name="logits")
    return trains


def _copying(scale: nn.Conv1d) -> NDArray[np.float32]:
    """[inputs, copies x inputs]: the convolution within each channel, as a product."""
    weights: NDArray[np.float32] = scale.weight.detach().numpy().ravel()
    copies = scale.out_channels // scale.in_channels
    return np.repeat(np.eye(scale.in_channels, dtype=np.float32), copies, axis=1) * weights


def _head(network: CandidateSnn) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights [C x candidates, faults] and offset [faults]: each candidate's score, and before them that of nothing."""
    candidates = network.config.candidates
    weights = np.kron(network.head.weight.detach().numpy().reshape(-1, 1), np.eye(candidates, dtype=np.float32))
    offset = np.zeros(candidates + 1, dtype=np.float32)
    offset[0] = network.nothing.item()
    return np.pad(weights, ((0, 0), (1, 0))), offset
