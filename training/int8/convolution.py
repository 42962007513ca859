"""A convolution of spikes: uint8 [T, N, L, C] in, current float32 [T, N, L', C'] out.

Channels stand last, so that a convolution is one matrix product over all timesteps, windows and positions. It is
written as DequantizeLinear and MatMul, which any runtime reads; onnxruntime makes one integer product of them.
"""

import numpy as np
from numpy.typing import NDArray
from torch import nn

from models import layers
from training.int8.sketch import Sketch, whole
from training.int8.weights import quantised, unrolled


def product(sketch: Sketch, spikes: str, weights: NDArray[np.int8], scale: NDArray[np.float32]) -> str:
    """Float32 [..., C'] of spikes uint8 [..., C] and whole weights [C, C'] with a scale [C']."""
    left = sketch.add("DequantizeLinear", spikes, np.float32(1), np.uint8(0))
    zeros = np.zeros(len(scale), dtype=np.int8)
    right = sketch.add("DequantizeLinear", weights, scale, zeros, axis=1)
    return sketch.add("MatMul", left, right)


def convolve(
    sketch: Sketch,
    spikes: str,
    conv: nn.Conv1d,
    length: int,
    timesteps: int,
    offset: NDArray[np.float32],
    gain: float = 1,
) -> str:
    """The current of a convolution that reads `length` positions, times `gain`; `offset` [C'] or [L', C'] is added."""
    weights, scale = quantised(unrolled(conv))
    read = _unfolded(sketch, spikes, conv, length, timesteps)
    current = product(sketch, read, weights, scale * np.float32(gain))
    return sketch.add("Add", current, offset * np.float32(gain))


def bias(conv: nn.Conv1d) -> NDArray[np.float32]:
    """Of a convolution, or of one that batch-norm was folded into, [C']."""
    assert conv.bias is not None
    return np.asarray(conv.bias.detach().numpy(), dtype=np.float32)


def _unfolded(sketch: Sketch, spikes: str, conv: nn.Conv1d, length: int, timesteps: int) -> str:
    """What each output position reads: [T, N, L', K C]."""
    (kernel,), (stride,), padding = conv.kernel_size, conv.stride, int(conv.padding[0])
    if kernel == 1:
        if stride == 1:
            return spikes
        return sketch.add("Slice", spikes, whole(0), whole(length), whole(2), whole(stride))
    outputs = layers.out_length(length, kernel, stride, padding)
    after = (outputs - 1) * stride + kernel - padding - length
    padded = sketch.add("Pad", spikes, whole(0, 0, padding, 0, 0, 0, max(after, 0), 0))
    # Gather and Reshape: a Slice for each tap and a Concat are slower.
    positions = np.arange(outputs)[:, None] * stride + np.arange(kernel)
    taken = sketch.add("Gather", padded, positions.astype(np.int64).ravel(), axis=2)
    return sketch.add("Reshape", taken, whole(timesteps, -1, outputs, kernel * conv.in_channels))
