"""MRA-SNN as an int8 graph. The encoder reads real numbers and stays in float32."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from models.attention import DendriticAttention
from models.blocks import SpikeResidualAttentionBlock
from models.convolution import NormalisedConv
from models.encoder import MultiScaleEncoder
from models.graph import INPUT
from models.mra_snn import MraSnn
from models.timesteps import mixing
from training.int8.attention import gated
from training.int8.convolution import bias, convolve
from training.int8.neuron import fire
from training.int8.sketch import Sketch, whole


def spike_fed(network: MraSnn) -> Iterator[nn.Conv1d]:
    """The convolutions that read spikes."""
    for block in network.blocks:
        assert isinstance(block, SpikeResidualAttentionBlock)
        yield from (block.reduce.conv, block.refine.conv, block.project.conv)


def draw(sketch: Sketch, network: MraSnn) -> dict[str, str]:
    """Writes `logits` and `features` of a folded network; returns its spike trains [T, N, L, C] by name."""
    current, before, trains = _encoded(sketch, network.encoder), 1, dict[str, str]()
    for block in network.blocks:
        assert isinstance(block, SpikeResidualAttentionBlock)
        current = _shrunk(sketch, current, before, block)
        static = before == 1
        current, before = _block(sketch, current, static, block, trains), block.timesteps
    last = fire(sketch, current, network.last, before, static=False)
    trains["head.input"] = last
    numbers = sketch.add("Cast", last, to=TensorProto.FLOAT)
    features = sketch.add("ReduceMean", numbers, whole(0, 2), keepdims=0, name="features")
    weight, offset = (part.detach().numpy() for part in (network.head.weight, network.head.bias))
    sketch.add("Gemm", features, weight, offset, transB=1, name="logits")
    return trains


def _encoded(sketch: Sketch, encoder: MultiScaleEncoder) -> str:
    """All branches as one convolution, the short kernels with zeros around: current [1, N, L, C]."""
    convolutions = [branch.conv for branch in encoder.branches if isinstance(branch, NormalisedConv)]
    widest = max(conv.kernel_size[0] for conv in convolutions)
    weights = np.concatenate([_centred(conv, widest) for conv in convolutions])
    offsets = np.concatenate([bias(conv) for conv in convolutions])
    gain = np.float32(1 if encoder.attention is None else 2)
    stride = convolutions[0].stride[0]
    current = sketch.add(
        "Conv", INPUT, weights * gain, offsets * gain, strides=[stride], pads=[widest // 2, widest // 2]
    )
    current = sketch.add("Unsqueeze", sketch.add("Transpose", current, perm=[0, 2, 1]), whole(0))
    if encoder.attention is None:
        return current
    return gated(sketch, current, encoder.attention, encoder.channels, doubled=True)


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
    reduced = convolve(sketch, arriving, block.reduce.conv, length, timesteps, bias(block.reduce.conv))
    middle = fire(sketch, reduced, block.middle, timesteps, static=False)
    gain = 1 if block.attention is None else 2
    residue = convolve(sketch, middle, block.refine.conv, block.out_length, timesteps, bias(block.refine.conv), gain)
    if block.attention is not None:
        residue = gated(sketch, residue, block.attention, block.outputs, doubled=True)
    projected = convolve(sketch, passing, block.project.conv, length, timesteps, bias(block.project.conv))
    trains |= {f"{block.name}.input": arriving, f"{block.name}.middle": middle, f"{block.name}.shortcut": passing}
    return sketch.add("Add", projected, residue)


def _shrunk(sketch: Sketch, current: str, before: int, block: SpikeResidualAttentionBlock) -> str:
    """Averaged in blocks of time, as `models.timesteps.shrink`."""
    if before in (1, block.timesteps):
        return current
    flat = sketch.add("Reshape", current, whole(before, -1))
    mixed = sketch.add("MatMul", mixing(before, block.timesteps).numpy(), flat)
    return sketch.add("Reshape", mixed, whole(block.timesteps, -1, block.length, block.inputs))
