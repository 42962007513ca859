"""Channel attention: a light gate that scales each channel by what all channels show.

Efficient channel attention (Q. Wang et al., CVPR 2020): the mean over length, a convolution of width 3 across
channels, a gate. The gate here is 2 sigmoid with zero initial weights, so that it starts at 1: a plain sigmoid
starts at 1/2 and, in a spiking network, silences the layers behind it.
"""

from typing import Any

import torch
from torch import Tensor, nn

from models.neurons import Neuron

GATE_KERNEL = 3


class ChannelAttention(nn.Module):
    """Scales a current [..., C, L] by its gate [..., C, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv1d(1, 1, GATE_KERNEL, padding=GATE_KERNEL // 2, bias=False)
        nn.init.zeros_(self.mix.weight)

    def gate(self, current: Tensor) -> Tensor:
        """2 sigmoid(mix(mean over L)) of a current [N, C, L]: [N, C, 1], between 0 and 2."""
        level = current.mean(-1).unsqueeze(1)
        return 2 * torch.sigmoid(self.mix(level)).transpose(1, 2)

    def forward(self, current: Tensor) -> Tensor:
        if self.training:
            gated = _Gated.apply(current, self.mix.weight.flatten())  # type: ignore[no-untyped-call]
            assert isinstance(gated, Tensor)
            return gated
        if current.dim() == 3:
            return current * self.gate(current)
        folded = current.flatten(0, 1)
        return torch.unflatten(folded * self.gate(folded), 0, (current.shape[0], -1))


class DendriticAttention(Neuron):
    """A neuron whose dendrite gates its input: H[t] = (1 - 1/tau) V[t-1] + a[t] X[t], a[t] from X[t].

    With a static current the gate is the same in every timestep and is computed once.
    """

    def __init__(self, neuron: Neuron) -> None:
        nn.Module.__init__(self)
        self.attention = ChannelAttention()
        self.soma = neuron
        self.spiking = neuron.spiking

    def forward(self, current: Tensor, timesteps: int) -> Tensor:
        spikes = self.soma(self.attention(current), timesteps)
        assert isinstance(spikes, Tensor)
        return spikes


class _Gated(torch.autograd.Function):
    """A current scaled by its gate, and the gradient, as one node; the convolution across channels is a product."""

    @staticmethod
    def forward(ctx: Any, current: Tensor, kernel: Tensor) -> Tensor:
        level = current.mean(-1)
        band = _banded(kernel, level.shape[-1])
        gate = torch.sigmoid(level @ band).mul_(2)
        ctx.save_for_backward(current, level, band, gate)
        ctx.width = len(kernel)
        return current * gate.unsqueeze(-1)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, Tensor]:
        current, level, band, gate = ctx.saved_tensors
        of_gate = (upstream[0] * current).sum(-1)
        # The derivative of g = 2 sigmoid is g (1 - g / 2).
        mixed = of_gate * gate * (1 - gate / 2)
        of_level = (mixed @ band.T).div_(current.shape[-1])
        of_band = level.flatten(0, -2).T @ mixed.flatten(0, -2)
        of_kernel = torch.stack([of_band.diagonal(offset).sum() for offset in _offsets(ctx.width)])
        return torch.addcmul(of_level.unsqueeze(-1), upstream[0], gate.unsqueeze(-1)), of_kernel


def _banded(kernel: Tensor, channels: int) -> Tensor:
    """[channels, channels] by which a row is multiplied to be convolved."""
    band = kernel.new_zeros(channels, channels)
    for weight, offset in zip(kernel, _offsets(len(kernel)), strict=True):
        band.diagonal(offset).copy_(weight)
    return band


def _offsets(width: int) -> range:
    return range(width // 2, -width // 2, -1)
