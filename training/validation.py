"""How a network does on held-out recordings while it trains."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from data.fault import FAULTS
from data.front_ends import FrontEnd
from data.recording import Recording
from models.verdict import SMALLEST_PROBABILITY, over_bands
from training.losses import masked
from training.prepared import windows

BATCH = 64


@dataclass(frozen=True, eq=False)
class HeldOut:
    """One recording's windows, float32 [positions, bands, length], its fault's number and its rig."""

    values: NDArray[np.float32]
    label: int
    rig: str


@dataclass(frozen=True)
class Validation:
    """Mean log loss and accuracy of windows, every fault of every rig weighing alike; spikes a neuron and timestep."""

    loss: float
    accuracy: float
    firing_rates: dict[str, float]


def held_out(recordings: Iterable[Recording], front_end: FrontEnd) -> tuple[HeldOut, ...]:
    """The windows of labelled recordings."""
    return tuple(
        HeldOut(windows(front_end, each).values, FAULTS.index(each.fault), each.rig or "")
        for each in recordings
        if each.fault is not None
    )


def validate(network: nn.Module, recordings: Sequence[HeldOut], faults: Sequence[int]) -> Validation:
    """Reads every window once, without dropout; probabilities are averaged over bands."""
    network.eval()
    losses: dict[tuple[str, int], list[float]] = defaultdict(list)
    hits: dict[tuple[str, int], list[bool]] = defaultdict(list)
    fired: dict[str, float] = defaultdict(float)
    size: dict[str, int] = defaultdict(int)
    for each in recordings:
        logits = []
        flat = torch.from_numpy(each.values.reshape(-1, 1, each.values.shape[-1]))
        for batch in torch.split(flat, BATCH):
            with torch.inference_mode():
                output = network(batch)
            logits.append(masked(output.logits, faults))
            for layer, spikes in output.spikes.items():
                fired[layer] += spikes.sum().item()
                size[layer] += spikes.numel()
        joined = torch.cat(logits).numpy()
        probabilities = over_bands(joined.reshape(*each.values.shape[:2], -1))
        kind = (each.rig, each.label)
        losses[kind] += list(-np.log(np.maximum(probabilities[:, each.label], SMALLEST_PROBABILITY)))
        hits[kind] += list(probabilities.argmax(axis=1) == each.label)
    return Validation(
        float(np.mean([np.mean(each) for each in losses.values()])),
        float(np.mean([np.mean(each) for each in hits.values()])),
        {layer: fired[layer] / size[layer] for layer in fired},
    )
