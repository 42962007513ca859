"""A training run's state in one safetensors file, so that a killed run goes on as if it had not been killed."""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from data.errors import BrinellError

Tensors = dict[str, torch.Tensor]


class CheckpointError(BrinellError):
    """A checkpoint belongs to another configuration, or cannot be read."""


def save(
    path: Path, network: nn.Module, optimiser: torch.optim.Optimizer, best: Tensors, state: dict[str, Any]
) -> None:
    """Writes weights, the optimiser's moments, the best weights so far and `state` (JSON), all or nothing."""
    moments = optimiser.state_dict()["state"]
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in best.items()}
    tensors |= {f"moment.{at}.{name}": value for at, each in moments.items() for name, value in each.items()}
    write_atomically(path, {name: value.contiguous() for name, value in tensors.items()}, {"state": json.dumps(state)})


def load(path: Path, network: nn.Module, optimiser: torch.optim.Optimizer) -> tuple[Tensors, dict[str, Any]]:
    """Restores what `save` wrote into `network` and `optimiser`; returns the best weights and `state`."""
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is no dict)
        state = json.loads(file.metadata()["state"])
    network.load_state_dict(_under("network.", tensors))
    moments: dict[int, Tensors] = {}
    for name, value in _under("moment.", tensors).items():
        at, moment = name.split(".", 1)
        moments.setdefault(int(at), {})[moment] = value
    optimiser.load_state_dict({"state": moments, "param_groups": optimiser.state_dict()["param_groups"]})
    return _under("best.", tensors), state


def peek(path: Path) -> dict[str, Any]:
    """The `state` alone."""
    with safe_open(path, framework="pt") as file:
        state: dict[str, Any] = json.loads(file.metadata()["state"])
    return state


def write_atomically(path: Path, tensors: Tensors, metadata: dict[str, str]) -> None:
    """A reader finds the old file or the new one, also after a power cut."""
    beside = path.with_name(path.name + ".new")
    save_file(tensors, beside, metadata)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.replace(path)


def _under(prefix: str, tensors: Tensors) -> Tensors:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
