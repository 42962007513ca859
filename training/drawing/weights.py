"""Weights in eight bits: symmetric, one scale for each output channel, no data needed.

A spike is 0 or 1, so a sum over spikes is a whole number of the channel's scale: with spikes in uint8 and weights in
int8 nothing else is rounded.
"""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

LARGEST = 127


def quantised(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers [inputs, outputs] from -127 to 127 and a scale [outputs] for weights [inputs, outputs]."""
    largest = np.abs(weights).max(axis=0)
    scale = np.where(largest > 0, largest / LARGEST, 1.0).astype(np.float32)
    return np.clip(np.rint(weights / scale), -LARGEST, LARGEST).astype(np.int8), scale


def unrolled(conv: nn.Conv1d) -> NDArray[np.float64]:
    """A convolution's weights [C', C, K] as a matrix [K C, C'], for rows of all that an output position reads."""
    weights: NDArray[np.float64] = conv.weight.detach().double().numpy()
    return weights.transpose(2, 1, 0).reshape(-1, conv.out_channels)


def round_in_place(convolutions: Iterable[nn.Conv1d]) -> None:
    """Gives each convolution, in float32, the weights that the int8 graph multiplies with."""
    for conv in convolutions:
        whole, scale = quantised(unrolled(conv))
        outputs, inputs, kernel = conv.weight.shape
        rounded = (whole * scale).reshape(kernel, inputs, outputs).transpose(2, 1, 0)
        conv.weight = nn.Parameter(torch.from_numpy(np.ascontiguousarray(rounded)))
