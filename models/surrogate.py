"""Surrogate gradients: what stands for the derivative of a spike, which has none.

Each takes u = H / threshold (membrane potential in thresholds) and the largest number a neuron emits, and
gives dS/du, with S = clip(floor(u), 0, levels).
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

Surrogate = Callable[[Tensor, int], Tensor]


def atan(potential: Tensor, levels: int) -> Tensor:
    """1 / (1 + (pi (u - k))^2), summed over the thresholds k = 1 .. levels.

    The derivative of arctan(pi x) / pi: W. Fang et al., "Incorporating learnable membrane time constant",
    ICCV 2021, equation 12 with alpha 2.
    """
    slope = _atan_at(potential, 1)
    for threshold in range(2, levels + 1):
        slope += _atan_at(potential, threshold)
    return slope


def _atan_at(potential: Tensor, threshold: int) -> Tensor:
    distance = potential - threshold
    return torch.addcmul(potential.new_ones(()), distance, distance, value=math.pi**2, out=distance).reciprocal_()


def rectangle(potential: Tensor, levels: int) -> Tensor:
    """1 where 0 < u < levels + 1, else 0: a straight line through the stairs (multi-bit spikes, arXiv 2407.05739)."""
    return ((potential > 0) & (potential < levels + 1)).to(potential.dtype)


SURROGATES: dict[str, Surrogate] = {"atan": atan, "rectangle": rectangle}
