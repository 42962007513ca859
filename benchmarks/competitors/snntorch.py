"""The network with snnTorch's Leaky neurons, called once a timestep, which is how it works.

Its users write that loop around the whole network; here it is around each neuron, and a convolution runs once for all
timesteps: better than it would fare.
"""

from functools import partial

import torch
from snntorch import Leaky, surrogate
from torch import Tensor

from benchmarks.competitors.pytorch import PyTorch
from benchmarks.swapped import NotSwappable, Swapped, in_time, swapped
from models.neurons import LIF
from models.output import Network


class SnnTorchLeaky(Swapped):
    """V = leak V + X, arctan surrogate, no gradient through the reset: as ours.

    Raises:
        NotSwappable: a soft reset; snnTorch takes the threshold from what has leaked already, ours leaks what is left.
    """

    def __init__(self, lif: LIF) -> None:
        super().__init__(lif)
        if not self.hard_reset:
            raise NotSwappable("a soft reset; snnTorch's has another equation")
        self.node = Leaky(
            beta=self.leak,
            threshold=self.threshold,
            spike_grad=surrogate.atan(alpha=2.0),
            reset_mechanism="zero",
        )

    def forward(self, current: Tensor, timesteps: int) -> Tensor:
        spikes, potential = [], torch.zeros_like(current[0])
        for now in in_time(current, timesteps):
            spike, potential = self.node(now, potential)
            spikes.append(spike)
        return torch.stack(spikes)


with_its_neurons = partial(swapped, make=SnnTorchLeaky)
"""A copy of a network, to run or to train (`benchmarks.swapped`)."""


class SnnTorch(PyTorch):
    """The network with snnTorch's neurons."""

    def prepared(self, network: Network) -> Network:
        """With its neurons in place of ours."""
        return with_its_neurons(network)
