"""The arithmetic of `model.onnx`: spikes and weights in float32."""

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from training.drawing.convolution import bias, convolved
from training.drawing.sketch import Sketch


class Float32(Sketch):
    """A sketch whose spikes are float32, 0 or 1."""

    spikes = TensorProto.FLOAT

    def numbers(self, spikes: str) -> str:
        return spikes

    def product(self, spikes: str, weights: NDArray[np.float64]) -> str:
        return self.add("MatMul", spikes, weights.astype(np.float32))

    def convolve(self, spikes: str, conv: nn.Conv1d, length: int, gain: int) -> str:
        channels_first = self.add("Transpose", spikes, perm=[0, 3, 1, 2])
        weights, scale = conv.weight.detach().numpy(), np.float32(gain)
        return convolved(
            self, channels_first, weights * scale, bias(conv) * scale, conv.stride[0], int(conv.padding[0])
        )
