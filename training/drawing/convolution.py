"""The parts of a convolution that the arithmetics share: real numbers in, and the offset behind."""

import numpy as np
from numpy.typing import NDArray
from torch import nn

from training.drawing.sketch import Sketch, whole


def convolved(
    sketch: Sketch, values: str, weights: NDArray[np.float32], offset: NDArray[np.float32], stride: int, padding: int
) -> str:
    """The convolution [B, 1, L', C'] of float32 [B, C, 1, L] with weights [C', C, K].

    An image of height 1, because runtimes have their fastest convolutions for images.
    """
    kernel = weights[:, :, None]
    current = sketch.add("Conv", values, kernel, offset, strides=[1, stride], pads=[0, padding, 0, padding])
    return sketch.add("Transpose", current, perm=[0, 2, 3, 1])


def shifted(sketch: Sketch, current: str, offset: NDArray[np.float32], length: int) -> str:
    """A current [..., length, C] plus an offset [C] or [length, C]."""
    # Runtimes fold the Expand. To add a few numbers over and over takes them twice as long as to add many once.
    return sketch.add("Add", current, sketch.add("Expand", offset, whole(length, offset.shape[-1])))


def bias(conv: nn.Conv1d) -> NDArray[np.float32]:
    """Of a convolution, or of one that batch-norm was folded into, [C']."""
    assert conv.bias is not None
    return np.asarray(conv.bias.detach().numpy(), dtype=np.float32)
