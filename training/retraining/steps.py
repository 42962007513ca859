"""How much of the network learns anew: from nothing at all to everything, the cheapest first.

Each step goes on from the champion's weights; the first that is enough is taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from models.output import Network
from training.retraining.rehearsal import Distillation
from training.run import trained_network

Learns = Callable[[str, nn.Module], bool]
"""Does a parameter of this name, in this module, learn?"""


@dataclass(frozen=True)
class Step:
    """How a step trains; `steps` at most, and 0 where only thresholds are fitted anew.

    Attributes:
        learns: which parameters.
        moves: modules that are put into training; dropout and batch statistics of all others stay still.
        rate: learning rate, as a part of the champion's own.
        share: of the time there is.
    """

    learns: Learns
    moves: tuple[type[nn.Module], ...]
    steps: int
    rate: float
    share: float


def _none(name: str, module: nn.Module) -> bool:
    return False


def _normalises(name: str, module: nn.Module) -> bool:
    return isinstance(module, nn.BatchNorm1d)


def _decides(name: str, module: nn.Module) -> bool:
    return name.partition(".")[0] in ("head", "nothing")


def _any(name: str, module: nn.Module) -> bool:
    return True


STEPS: dict[str, Step] = {
    "calibration": Step(_none, (), 0, 0.0, 0.0),
    "batch-norm": Step(_normalises, (nn.BatchNorm1d,), 200, 0.5, 0.2),
    "head": Step(_decides, (), 200, 1.0, 0.2),
    "all": Step(_any, (nn.Module,), 1000, 0.5, 0.6),
}
"""By name, the cheapest first."""


class FromChampion:
    """The start of a step: the champion's weights in `folder`, of which some learn."""

    def __init__(self, folder: Path, step: Step, distillation: Distillation | None) -> None:
        self._folder, self._step, self._distillation = folder, step, distillation

    def network(self) -> Network:
        """As the champion is; only what the step teaches asks for a gradient."""
        network = trained_network(self._folder)
        for path, module in network.named_modules():
            for name, parameter in module.named_parameters(recurse=False):
                whole = f"{path}.{name}" if path else name
                parameter.requires_grad_(self._step.learns(whole, module))
        return network

    def settle(self, network: Network) -> None:
        """Dropout and batch statistics move only where the step says so."""
        for module in network.modules():
            if not any(True for _ in module.children()):
                module.train(isinstance(module, self._step.moves))

    def penalty(self, network: Network, seed: Sequence[int]) -> Tensor:
        """How far it has gone from what the champion said, where its recordings are not at hand."""
        return torch.zeros(()) if self._distillation is None else self._distillation.penalty(network, seed)
