"""Channel attention: a light gate that scales each channel by what all channels show.

Efficient channel attention (Q. Wang et al., CVPR 2020): the mean over length, a convolution of width 3 across
channels, a gate. The gate here is 2 sigmoid with zero initial weights, so that it starts at 1: a plain sigmoid
starts at 1/2 and, in a spiking network, silences the layers behind it.
"""

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
