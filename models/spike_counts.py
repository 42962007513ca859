"""Spikes and synaptic operations of each window, from the spike trains; in training and inside the exported graph."""

import torch
from torch import Tensor

from models.layers import Layer, counted

EXACT = 2**24
"""Whole numbers up to here are exact in float32."""


def set_bits(spikes: Tensor, bits: int) -> Tensor:
    """How many bits are set in each emitted number: n - sum over k of floor(n / 2^k), after Legendre."""
    count = spikes
    for bit in range(1, bits):
        count = count - torch.floor(spikes / 2**bit)
    return count


def spike_counts(
    trains: dict[str, Tensor], layers: tuple[Layer, ...], bits: int, windows: int
) -> tuple[Tensor, Tensor]:
    """Set bits and SynOps, both float32 [N, columns]; the columns are `models.layers.counted(layers)`.

    A spike train [T, N, C, L] is summed over time and channels, and each position weighted by its true fan-out: by the
    taps that read it, then by the output channels, so that what float32 has to hold stays small. A layer that
    averages its spikes has no SynOps: its column holds 0. Without spike trains there are no columns.
    """
    columns = counted(layers)
    if not columns:
        nothing = torch.zeros(windows, 0)
        return nothing, nothing.clone()
    spikes, synops = [], []
    for layer in columns:
        assert layer.fed_by is not None
        at_position = set_bits(trains[layer.fed_by], bits).sum(0).sum(1)
        spikes.append(at_position.sum(1))
        if layer.kind == "spiking":
            taps = torch.tensor(layer.taps, dtype=torch.float32)
            synops.append(at_position @ taps * float(layer.out_channels))
        else:
            synops.append(torch.zeros_like(spikes[-1]))
    return torch.stack(spikes, 1), torch.stack(synops, 1)


def largest_count(layer: Layer, bits: int) -> int:
    """What float32 must hold exactly if every bit of every spike were set.

    A product with a power of two is exact, so of the output channels only the odd factor counts.
    """
    odd = layer.out_channels
    while odd % 2 == 0:
        odd //= 2
    return layer.timesteps * bits * layer.in_channels * max(layer.in_length, sum(layer.taps) * odd)
