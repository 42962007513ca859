"""From a config to a network."""

from collections.abc import Callable
from typing import Any

from data.errors import BrinellError
from models.baselines.plain_snn import PlainSnn
from models.baselines.resnet import ResNet
from models.baselines.wdcnn import Wdcnn
from models.candidate_snn import CandidateSnn
from models.mra_snn import MraSnn
from models.network import NetworkConfig, SpikingConfig
from models.neurons import NEURONS
from models.output import Network
from models.surrogate import SURROGATES


class NoSuchPart(BrinellError):
    """A config names a neuron or a surrogate that there is not."""


NETWORKS: dict[str, Callable[[Any], Network]] = {
    "mra-snn": MraSnn,
    "candidate-snn": CandidateSnn,
    "plain-snn": PlainSnn,
    "wdcnn": Wdcnn,
    "resnet1d": ResNet,
}


def build(config: NetworkConfig) -> Network:
    """The network of a config, with fresh weights from torch's generator.

    Raises:
        NoSuchPart: the config names a neuron or a surrogate that there is not.
    """
    parts = (("neuron", NEURONS), ("surrogate", SURROGATES)) if isinstance(config, SpikingConfig) else ()
    for field, known in parts:
        name = getattr(config, field)
        if name not in known:
            raise NoSuchPart(f"network.{field} {name!r} is not known; there are {', '.join(sorted(known))}")
    return NETWORKS[config.kind](config)
