"""From a trained network to its int8 graph: the inputs and outputs of `model.onnx`, the same bytes from any checkout.

Weights are rounded to int8 for each output channel; spikes are uint8, their sums exact, membrane potentials float32. It
is written by hand, with channels last and without the exporter's reshaping: docs/decisions/int8-graph.md says why.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import onnx
from torch import nn

from models.candidate_snn import CandidateSnn
from models.convolution import folded
from models.graph import OUTPUTS
from models.layers import counted
from models.mra_snn import MraSnn
from models.network import SpikingConfig
from models.output import Network
from training.int8 import candidate_snn, mra_snn
from training.int8.counts import count
from training.int8.sketch import Sketch
from training.int8.weights import round_in_place


class Drawing(NamedTuple):
    """Of one kind of network: what draws it, and which of its convolutions read spikes."""

    draw: Callable[[Sketch, Any], dict[str, str]]
    spike_fed: Callable[[Any], Iterator[nn.Conv1d]]


DRAWINGS: dict[type[Network], Drawing] = {
    MraSnn: Drawing(mra_snn.draw, mra_snn.spike_fed),
    CandidateSnn: Drawing(candidate_snn.draw, candidate_snn.spike_fed),
}


def has_int8(network: Network) -> bool:
    """Whether there is an int8 graph of it: its spikes are binary, and its kind is drawn."""
    config = network.config
    spiking = isinstance(config, SpikingConfig) and config.neuron != "relu"
    return spiking and config.spike_bits == 1 and type(network) in DRAWINGS


def int8_graph(network: Network) -> onnx.ModelProto:
    """The int8 graph of a network for which `has_int8` holds."""
    layers, sketch = network.layers(), Sketch()
    count(sketch, DRAWINGS[type(network)].draw(sketch, folded(network).cpu()), layers)
    columns, head = len(counted(layers)), layers[-1]
    widths = (network.config.faults, columns, columns, head.in_channels * head.in_length)
    model = sketch.model(network.config.window_length, dict(zip(OUTPUTS, widths, strict=True)))
    onnx.checker.check_model(model, full_check=True)
    return model


def rounded(network: Network) -> Network:
    """The same network, in float32, with the weights that its int8 graph has."""
    copied = folded(network).cpu()
    round_in_place(DRAWINGS[type(network)].spike_fed(copied))
    return copied
