"""The multi-scale attention encoder: raw vibration to membrane current, computed once a window."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models import layers
from models.attention import GATE_KERNEL, ChannelAttention
from models.convolution import NormalisedConv, normalised
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
        if self.training:
            current = self._as_one(windows)
        else:
            current = torch.cat([branch(windows) for branch in self.branches], 1)
        return current if self.attention is None else torch.as_tensor(self.attention(current))

    def _as_one(self, windows: Tensor) -> Tensor:
        """The branches as one convolution, the short kernels with zeros around them, and one batch-norm; in training.

        One channel that is read every `stride` samples is as many channels, its phases, read at each: oneDNN is
        several times faster so.
        """
        branches = [branch for branch in self.branches if isinstance(branch, NormalisedConv)]
        stride, widest = self._config.encoder_stride, max(self._config.encoder_kernels)
        taps = -(-widest // stride)
        behind = (self.length + taps - 1) * stride - widest // 2 - windows.shape[-1]
        kernels = torch.cat([_padded(branch.conv.weight, widest, taps * stride) for branch in branches])
        signals = functional.pad(windows, (widest // 2, behind))
        currents = functional.conv2d(_phases(signals, stride), _phases(kernels, stride))
        return normalised([branch.norm for branch in branches], currents).squeeze(2)

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


def _padded(kernels: Tensor, widest: int, length: int) -> Tensor:
    """Kernels [C, 1, K] in the middle of the widest, and that at the beginning of `length`."""
    before = (widest - kernels.shape[-1]) // 2
    return functional.pad(kernels, (before, length - kernels.shape[-1] - before))


def _phases(signals: Tensor, stride: int) -> Tensor:
    """Signals [N, 1, L] as images [N, stride, 1, L / stride]."""
    return signals.reshape(len(signals), 1, -1, stride).permute(0, 3, 1, 2)
