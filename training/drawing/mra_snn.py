"""MRA-SNN as a graph. The encoder reads real numbers: it is float32 in either arithmetic."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch import nn

from models.attention import ChannelAttention, DendriticAttention
from models.blocks import SpikeResidualAttentionBlock
from models.convolution import NormalisedConv
from models.encoder import MultiScaleEncoder
from models.graph import INPUT
from models.mra_snn import MraSnn
from models.timesteps import mixing
from training.drawing.attention import gated
from training.drawing.convolution import bias, convolved
from training.drawing.neuron import fire
from training.drawing.sketch import Sketch, whole


def spike_fed(network: MraSnn) -> Iterator[nn.Conv1d]:
    """The convolutions that read spikes."""
    for block in network.blocks:
        assert isinstance(block, SpikeResidualAttentionBlock)
        yield from (block.reduce.conv, block.refine.conv, block.project.conv)


def draw(sketch: Sketch, network: MraSnn) -> dict[str, str]:
    """Writes `logits` and `features` of a folded network; returns its spike trains [T N, 1, L, C] by name."""
    current, before, trains = _encoded(sketch, network.encoder), 1, dict[str, str]()
    length = network.encoder.length
    for block in network.blocks:
        assert isinstance(block, SpikeResidualAttentionBlock)
        current = _shrunk(sketch, current, before, block)
        static = before == 1
        current, before, length = _block(sketch, current, static, block, trains), block.timesteps, block.out_length
    last = fire(sketch, current, network.last, before, static=False)
    trains["head.input"] = last
    in_time = sketch.unfolded(sketch.numbers(last), before, length, network.head.in_features)
    features = sketch.add("ReduceMean", in_time, whole(0, 2), keepdims=0, name="features")
    weight, offset = (part.detach().numpy() for part in (network.head.weight, network.head.bias))
    sketch.add("Gemm", features, weight, offset, transB=1, name="logits")
    return trains


def _encoded(sketch: Sketch, encoder: MultiScaleEncoder) -> str:
    """All branches as one convolution, the short kernels with zeros around: negated current [N, 1, L, C]."""
    convolutions = [branch.conv for branch in encoder.branches if isinstance(branch, NormalisedConv)]
    widest = max(conv.kernel_size[0] for conv in convolutions)
    weights = np.concatenate([_centred(conv, widest) for conv in convolutions])
    offsets = np.concatenate([bias(conv) for conv in convolutions])
    gain = np.float32(_gain(encoder.attention))
    images = sketch.add("Unsqueeze", INPUT, whole(2))
    current = convolved(sketch, images, weights * gain, offsets * gain, convolutions[0].stride[0], widest // 2)
    if encoder.attention is None:
        return current
    return gated(sketch, current, encoder.attention, encoder.channels, doubled=True)


def _gain(attention: ChannelAttention | None) -> int:
    """Of the negated current that a gate will scale: `gated` leaves it the gate's 2."""
    return -1 if attention is None else -2


def _centred(conv: nn.Conv1d, width: int) -> NDArray[np.float32]:
    weights: NDArray[np.float32] = conv.weight.detach().numpy()
    margin = (width - weights.shape[2]) // 2
    return np.pad(weights, ((0, 0), (0, 0), (margin, margin)))


def _block(
    sketch: Sketch, current: str, static: bool, block: SpikeResidualAttentionBlock, trains: dict[str, str]
) -> str:
    timesteps, length = block.timesteps, block.length
    passing = fire(sketch, current, block.shortcut, timesteps, static)
    if isinstance(block.input, DendriticAttention):
        halved = gated(sketch, current, block.input.attention, block.inputs, doubled=False)
        arriving = fire(sketch, halved, block.input.soma, timesteps, static, scale=0.5)
    else:
        # Written but once where it is the shortcut's neuron again.
        arriving = fire(sketch, current, block.input, timesteps, static)
    reduced = sketch.convolve(arriving, block.reduce.conv, length, gain=-1)
    middle = fire(sketch, reduced, block.middle, timesteps, static=False)
    residue = sketch.convolve(middle, block.refine.conv, block.out_length, _gain(block.attention))
    if block.attention is not None:
        residue = gated(sketch, residue, block.attention, block.outputs, doubled=True)
    projected = sketch.convolve(passing, block.project.conv, length, gain=-1)
    trains |= {f"{block.name}.input": arriving, f"{block.name}.middle": middle, f"{block.name}.shortcut": passing}
    return sketch.add("Add", projected, residue)


def _shrunk(sketch: Sketch, current: str, before: int, block: SpikeResidualAttentionBlock) -> str:
    """Averaged in blocks of time, as `models.timesteps.shrink`."""
    if before in (1, block.timesteps):
        return current
    flat = sketch.add("Reshape", current, whole(before, -1))
    mixed = sketch.add("MatMul", mixing(before, block.timesteps).numpy(), flat)
    return sketch.add("Reshape", mixed, whole(-1, 1, block.length, block.inputs))
