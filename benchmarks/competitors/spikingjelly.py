"""The network with SpikingJelly's LIF neurons in step mode "m", its fastest without a GPU.

Its layers in that mode fold time into the batch as our convolution does, so the rest of the network is the same.
"""

from functools import partial

from spikingjelly.activation_based.neuron import LIFNode
from spikingjelly.activation_based.surrogate import ATan
from torch import Tensor

from benchmarks.competitors.pytorch import PyTorch
from benchmarks.swapped import Swapped, in_time, swapped
from models.neurons import LIF
from models.output import Network


class SpikingJellyLIF(Swapped):
    """V = leak V + X, arctan surrogate, no gradient through the reset: as ours."""

    def __init__(self, lif: LIF) -> None:
        super().__init__(lif)
        self.node = LIFNode(
            tau=1 / (1 - self.leak),
            decay_input=False,
            v_threshold=self.threshold,
            v_reset=0.0 if self.hard_reset else None,
            surrogate_function=ATan(alpha=2.0),
            detach_reset=True,
            step_mode="m",
        )

    def forward(self, current: Tensor, timesteps: int) -> Tensor:
        self.node.reset()
        spikes = self.node(in_time(current, timesteps))
        assert isinstance(spikes, Tensor)
        return spikes


with_its_neurons = partial(swapped, make=SpikingJellyLIF)
"""A copy of a network, to run or to train (`benchmarks.swapped`)."""


class SpikingJelly(PyTorch):
    """The network with SpikingJelly's neurons."""

    def prepared(self, network: Network) -> Network:
        """With its neurons in place of ours."""
        return with_its_neurons(network)
