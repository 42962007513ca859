"""What a training step is thought to cost, for plans: CPU seconds from the network's MACs."""

from functools import lru_cache

from models.build import build
from models.network import NetworkConfig
from training.config import TrainingConfig

MACS_PER_SECOND = {True: 9e9, False: 12e9}
"""Of one core, on networks that spike and that do not: neurons are slower than their MACs."""

FORWARD_AND_BACK = 3


def training_seconds(config: TrainingConfig) -> float:
    """Of all steps of a run."""
    return config.schedule.steps * config.schedule.batch * _window_seconds(config.network)


@lru_cache
def _window_seconds(network: NetworkConfig) -> float:
    layers = build(network).layers()
    macs = sum(layer.macs * layer.evaluations for layer in layers)
    return FORWARD_AND_BACK * macs / MACS_PER_SECOND[any(layer.fed_by is not None for layer in layers)]
