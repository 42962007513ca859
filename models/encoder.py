"""The multi-scale attention encoder: raw vibration to membrane current, computed once a window."""

import torch
from torch import Tensor, nn

from models import layers
from models.attention import GATE_KERNEL, ChannelAttention
from models.convolution import NormalisedConv
from models.layers import Layer
from models.network import MraSnnConfig


class MultiScaleEncoder(nn.Module):
    """Parallel convolutions of several widths, concatenated: [N, 1, L] -> current [N, C, L / stride].

    Batch-norm stands behind each branch, which is the same as one behind the concatenation.
    """

    def __init__(self, config: MraSnnConfig) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            NormalisedConv(1, config.branch_channels, kernel, config.encoder_stride)
            for kernel in config.encoder_kernels
        )
        self.attention = ChannelAttention() if config.encoder_attention else None
        self.channels = config.branch_channels * len(config.encoder_kernels)
        self.length = layers.out_length(config.window_length, 1, config.encoder_stride, 0)
        self._config = config

    def forward(self, windows: Tensor) -> Tensor:
        current = torch.cat([branch(windows) for branch in self.branches], 1)
        return current if self.attention is None else torch.as_tensor(self.attention(current))

    def layers(self) -> list[Layer]:
        """The branches, and the gate."""
        config = self._config
        found = [
            layers.convolution(
                f"encoder.width{kernel}",
                part="encoder",
                in_channels=1,
                in_length=config.window_length,
                out_channels=config.branch_channels,
                kernel=kernel,
                stride=config.encoder_stride,
                fed_by=None,
                timesteps=1,
                spiking=False,
            )
            for kernel in config.encoder_kernels
        ]
        if self.attention is not None:
            found.append(
                layers.gate(
                    "encoder.attention", channels=self.channels, length=self.length, evaluations=1, kernel=GATE_KERNEL
                )
            )
        return found
