"""What a training step minimises."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def masked(logits: Tensor, faults: Sequence[int]) -> Tensor:
    """`logits` [N, faults] with those that the training data does not hold at minus infinity (JNU alone has three)."""
    absent = torch.ones(logits.shape[-1], dtype=torch.bool)
    absent[list(faults)] = False
    return logits.masked_fill(absent, -torch.inf)


def smoothed_cross_entropy(logits: Tensor, labels: Tensor, faults: Sequence[int], smoothing: float) -> Tensor:
    """Cross-entropy over `faults`, with label smoothing over those alone."""
    kept = logits[:, list(faults)]
    position = torch.full((logits.shape[-1],), -1, dtype=torch.long)
    position[list(faults)] = torch.arange(len(faults))
    return functional.cross_entropy(kept, position[labels], label_smoothing=smoothing)


def mean_firing_rate(spikes: Sequence[Tensor]) -> Tensor:
    """Spikes per neuron and timestep over all layers, each [T, N, C, L]; zero where nothing spikes."""
    if not spikes:
        return torch.zeros(())
    return torch.stack([each.sum() for each in spikes]).sum() / sum(each.numel() for each in spikes)
