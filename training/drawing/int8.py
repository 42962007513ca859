"""The arithmetic of `model.int8.onnx`: spikes in uint8, weights in int8, every sum of their products exact.

Weights are rounded, symmetric, with one scale for each output channel; no data is needed. A convolution is one matrix
product over all timesteps, windows and positions. It is written as DequantizeLinear and MatMul, which any runtime
reads; onnxruntime makes one integer product of them.
"""

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from models import layers
from training.drawing.convolution import bias, shifted
from training.drawing.sketch import Sketch, whole
from training.drawing.weights import quantised, unrolled


class Int8(Sketch):
    """A sketch whose spikes are uint8 with scale 1."""

    spikes = TensorProto.UINT8

    def numbers(self, spikes: str) -> str:
        return self.add("Cast", spikes, to=TensorProto.FLOAT)

    def product(self, spikes: str, weights: NDArray[np.float64]) -> str:
        rounded, scale = quantised(weights)
        left = self.add("DequantizeLinear", spikes, np.float32(1), np.uint8(0))
        right = self.add("DequantizeLinear", rounded, scale, np.zeros(len(scale), dtype=np.int8), axis=1)
        return self.add("MatMul", left, right)

    def convolve(self, spikes: str, conv: nn.Conv1d, length: int, gain: int) -> str:
        (kernel,), (stride,), padding = conv.kernel_size, conv.stride, int(conv.padding[0])
        outputs = layers.out_length(length, kernel, stride, padding)
        current = self.product(self._read(spikes, conv, length, outputs), unrolled(conv) * gain)
        return shifted(self, current, bias(conv) * np.float32(gain), outputs)

    def _read(self, spikes: str, conv: nn.Conv1d, length: int, outputs: int) -> str:
        """What each output position reads: [T N, 1, L', K C]."""
        (kernel,), (stride,), padding = conv.kernel_size, conv.stride, int(conv.padding[0])
        if kernel == 1:
            return self.add("Slice", spikes, whole(0), whole(length), whole(2), whole(stride))
        after = (outputs - 1) * stride + kernel - padding - length
        padded = self.add("Pad", spikes, whole(0, 0, padding, 0, 0, 0, max(after, 0), 0))
        # Gather and Reshape: a Slice for each tap and a Concat are slower.
        positions = np.arange(outputs)[:, None] * stride + np.arange(kernel)
        taken = self.add("Gather", padded, positions.astype(np.int64).ravel(), axis=2)
        return self.add("Reshape", taken, whole(-1, 1, outputs, kernel * conv.in_channels))
