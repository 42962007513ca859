"""From a config to a network."""

from collections.abc import Callable
from typing import Any

from data.errors import BrinellError
from models.baselines.plain_snn import PlainSnn
from models.mra_snn import MraSnn
from models.network import NetworkConfig
from models.neurons import NEURONS
from models.output import Network
from models.surrogate import SURROGATES


class NoSuchPart(BrinellError):
    """A config names a neuron or a surrogate that there is not."""


NETWORKS: dict[str, Callable[[Any], Network]] = {"mra-snn": MraSnn, "plain-snn": PlainSnn}


def build(config: NetworkConfig) -> Network:
    """The network of a config, with fresh weights from torch's generator.

    Raises:
        NoSuchPart: the config names a neuron or a surrogate that there is not.
    """
    for field, known in (("neuron", NEURONS), ("surrogate", SURROGATES)):
        name = getattr(config, field)
        if name not in known:
            raise NoSuchPart(f"network.{field} {name!r} is not known; there are {', '.join(sorted(known))}")
    return NETWORKS[config.kind](config)
