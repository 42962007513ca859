"""From a trained network to its graphs, in either arithmetic: the same bytes from any checkout.

They are written by hand, with channels last and without the exporter's reshaping: docs/decisions/drawn-graphs.md says
why. The exporter's graph, and PyTorch, are what they are held to.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import onnx
from onnx import TensorProto
from torch import nn

from models.attention import DendriticAttention
from models.candidate_snn import CandidateSnn
from models.convolution import folded
from models.graph import OUTPUTS, TRACE_PREFIX
from models.layers import Layer, counted
from models.mra_snn import MraSnn
from models.neurons import Neuron
from models.output import Network
from training.drawing import candidate_snn, mra_snn
from training.drawing.counts import count
from training.drawing.neuron import KNOWN
from training.drawing.sketch import Sketch, port
from training.drawing.weights import round_in_place


class Drawing(NamedTuple):
    """Of one kind of network: what draws it, and which of its convolutions read spikes."""

    draw: Callable[[Sketch, Any], dict[str, str]]
    spike_fed: Callable[[Any], Iterator[nn.Conv1d]]


DRAWINGS: dict[type[Network], Drawing] = {
    MraSnn: Drawing(mra_snn.draw, mra_snn.spike_fed),
    CandidateSnn: Drawing(candidate_snn.draw, candidate_snn.spike_fed),
}


def can_draw(network: Network) -> bool:
    """Whether its spikes are binary, and its kind and all its neurons' are drawn."""
    # The gate of a dendrite is drawn with its block, the soma as any neuron.
    drawn_neurons = {DendriticAttention, *KNOWN}
    neurons = (type(part) for part in network.modules() if isinstance(part, Neuron))
    return type(network) in DRAWINGS and network.config.spike_bits == 1 and drawn_neurons.issuperset(neurons)


def drawn(network: Network, arithmetic: type[Sketch], traced: bool = False) -> onnx.ModelProto:
    """The graph of a network for which `can_draw` holds; `traced`, it gives the spike trains too."""
    layers, sketch = network.layers(), arithmetic()
    trains = DRAWINGS[type(network)].draw(sketch, folded(network).cpu())
    count(sketch, trains, layers)
    columns, head = counted(layers), layers[-1]
    widths = (network.config.faults, len(columns), len(columns), head.in_channels * head.in_length)
    outputs = [port(name, width) for name, width in zip(OUTPUTS, widths, strict=True)]
    if traced:
        outputs += [_trace(sketch, trains[layer.fed_by], layer) for layer in columns if layer.fed_by is not None]
    model = sketch.model(network.config.window_length, outputs)
    onnx.checker.check_model(model, full_check=True)
    return model


def rounded(network: Network) -> Network:
    """The same network, in float32, with the weights that its int8 graph has."""
    copied = folded(network).cpu()
    round_in_place(DRAWINGS[type(network)].spike_fed(copied))
    return copied


def _trace(sketch: Sketch, train: str, layer: Layer) -> onnx.ValueInfoProto:
    """Writes the output of a train [T N, 1, L, C]: uint8 [batch, T, C, L]."""
    channels, name = layer.in_channels, f"{TRACE_PREFIX}{layer.fed_by}"
    length = layer.neurons // channels
    in_time = sketch.unfolded(train, layer.timesteps, length, channels)
    batch_first = sketch.add("Transpose", in_time, perm=[1, 0, 3, 2])
    sketch.add("Cast", batch_first, to=TensorProto.UINT8, name=name)
    return port(name, layer.timesteps, channels, length, kind=TensorProto.UINT8)
