"""Channel attention with channels last: the convolution across channels is a product with a banded matrix."""

import numpy as np
from numpy.typing import NDArray

from models.attention import ChannelAttention
from training.drawing.sketch import Sketch, whole


def gated(sketch: Sketch, current: str, attention: ChannelAttention, channels: int, doubled: bool) -> str:
    """Half of what `attention` makes of a negated current [T N, 1, L, C], and all of one that arrives `doubled`.

    The gate is 2 sigmoid. The 2 is left to whoever made the current, or to the threshold of the neuron that takes it: a
    power of two costs no precision anywhere.
    """
    across = -_banded(attention, channels) / (2 if doubled else 1)
    level = sketch.add("ReduceMean", current, whole(2), keepdims=1)
    gate = sketch.add("Sigmoid", sketch.add("MatMul", level, across.astype(np.float32)))
    return sketch.add("Mul", current, gate)


def _banded(attention: ChannelAttention, channels: int) -> NDArray[np.float64]:
    weights = attention.mix.weight.detach().double().numpy().ravel()
    reach = len(weights) // 2
    bands = (np.eye(channels, k=reach - tap) * weight for tap, weight in enumerate(weights))
    return np.asarray(sum(bands))
