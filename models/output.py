"""What every network gives for a batch of windows, and the shape that all networks share."""

from typing import NamedTuple

from torch import Tensor, nn

from models.layers import Layer
from models.network import RealConfig, SpikingConfig


class Output(NamedTuple):
    """The answer to windows [N, 1, L].

    Attributes:
        logits: [N, faults].
        features: [N, D], averaged over length and timesteps; the logits are linear in them.
        spikes: [T, N, C, L] of every spike train by name, in graph order, numbers from 0 to 2^bits - 1; empty for a
            network that does not spike.
    """

    logits: Tensor
    features: Tensor
    spikes: dict[str, Tensor]


class Network(nn.Module):
    """A network that diagnoses windows. `config`: what it was built from."""

    config: SpikingConfig | RealConfig

    def forward(self, windows: Tensor) -> Output:
        """The answer to float32 windows [N, 1, L], each of zero mean and unit variance."""
        raise NotImplementedError

    def layers(self) -> tuple[Layer, ...]:
        """Every layer that computes, in graph order; those with a spike train in the order of `Output.spikes`."""
        raise NotImplementedError
