"""A trained network with other people's neurons in place of ours: same weights, same convolutions, same answers."""

import copy
from collections.abc import Callable

from torch import Tensor, nn

from data.errors import BrinellError
from models.neurons import LIF, Neuron
from models.output import Network


class NotSwappable(BrinellError):
    """The network has a neuron that the other library has not, or whose equation is not written here."""


class Swapped(Neuron):
    """A neuron that stands in a network where a LIF stood.

    Raises:
        NotSwappable: the LIF emits numbers, not single spikes.
    """

    spiking = True

    def __init__(self, lif: LIF) -> None:
        nn.Module.__init__(self)
        if lif.levels != 1:
            raise NotSwappable(f"a neuron of {lif.levels} levels; the competitors' neurons emit 0 or 1")
        self.leak = float(lif.decay)
        self.threshold, self.hard_reset = lif.threshold, lif.hard_reset


def swapped(network: Network, make: Callable[[LIF], Swapped]) -> Network:
    """A copy of the network with `make` of each LIF in its place.

    Raises:
        NotSwappable: a neuron of another kind, or one that `make` refuses.
    """
    copied = copy.deepcopy(network)
    for parent in list(copied.modules()):
        for name, part in list(parent.named_children()):
            if isinstance(part, LIF):
                if type(part) is not LIF:
                    raise NotSwappable(f"a {type(part).__name__}; only a LIF with a fixed time constant is compared")
                setattr(parent, name, make(part))
    return copied


def in_time(current: Tensor, timesteps: int) -> Tensor:
    """A static current [1, ...] as one of `timesteps`, without copying it."""
    return current.expand(timesteps, *current.shape[1:]) if len(current) == 1 else current
