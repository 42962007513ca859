"""The spike residual attention block (SRAB), on membrane currents.

y = Shortcut(x) + ECA(BN(Conv(S(BN(Conv(S(x))))))) with S a spiking neuron. The addition is on currents, so that every
convolution's input is spikes (MS-ResNet: Y. Hu et al., arXiv 2112.08954). x is a membrane current, never spikes.
"""

import torch
from torch import Tensor, nn

from models import layers
from models.attention import GATE_KERNEL, ChannelAttention, DendriticAttention
from models.convolution import NormalisedConv
from models.layers import Layer
from models.network import MraSnnConfig
from models.neurons import NEURONS

KERNEL = 3
STRIDE = 2


class SpikeResidualAttentionBlock(nn.Module):
    """Current [T or 1, N, C, L] -> current [T, N, C', L / 2], and the spikes of its three neurons."""

    def __init__(
        self, config: MraSnnConfig, name: str, inputs: int, outputs: int, length: int, timesteps: int, first: bool
    ) -> None:
        super().__init__()
        neuron = NEURONS[config.neuron]
        self.name, self.timesteps, self.first = name, timesteps, first
        self.inputs, self.outputs, self.length = inputs, outputs, length
        self.input = DendriticAttention(neuron(config)) if first and config.neuron_attention else neuron(config)
        self.reduce = NormalisedConv(inputs, outputs, KERNEL, STRIDE)
        self.middle = neuron(config)
        self.refine = NormalisedConv(outputs, outputs, KERNEL)
        self.shortcut = neuron(config)
        self.project = NormalisedConv(inputs, outputs, 1, STRIDE)
        self.attention = ChannelAttention() if config.block_attention else None

    @property
    def out_length(self) -> int:
        """Positions of the current that it gives."""
        return layers.out_length(self.length, KERNEL, STRIDE, KERNEL // 2)

    def forward(self, current: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        arriving = self.input(current, self.timesteps)
        middle = self.middle(self.reduce(arriving), self.timesteps)
        residue = self.refine(middle)
        if self.attention is not None:
            residue = self.attention(residue)
        passing = self.shortcut(current, self.timesteps)
        spikes = {f"{self.name}.input": arriving, f"{self.name}.middle": middle, f"{self.name}.shortcut": passing}
        return torch.as_tensor(self.project(passing) + residue), spikes

    def layers(self) -> list[Layer]:
        """The dendrite's gate, the three convolutions, and the gate behind them."""
        found = []
        if isinstance(self.input, DendriticAttention):
            # The first block's current is static: its gate is computed once.
            times = 1 if self.first else self.timesteps
            found.append(self._gate("dendrite", self.inputs, self.length, times))
        found += [
            self._convolution("reduce", "input", self.inputs, self.length, KERNEL, STRIDE),
            self._convolution("refine", "middle", self.outputs, self.out_length, KERNEL, 1),
            self._convolution("project", "shortcut", self.inputs, self.length, 1, STRIDE),
        ]
        if self.attention is not None:
            found.append(self._gate("attention", self.outputs, self.out_length, self.timesteps))
        return found

    def _gate(self, name: str, channels: int, length: int, evaluations: int) -> Layer:
        return layers.gate(
            f"{self.name}.{name}", channels=channels, length=length, evaluations=evaluations, kernel=GATE_KERNEL
        )

    def _convolution(self, name: str, neuron: str, inputs: int, length: int, kernel: int, stride: int) -> Layer:
        return layers.convolution(
            f"{self.name}.{name}",
            in_channels=inputs,
            in_length=length,
            out_channels=self.outputs,
            kernel=kernel,
            stride=stride,
            fed_by=f"{self.name}.{neuron}",
            timesteps=self.timesteps,
            spiking=self.middle.spiking,
        )
