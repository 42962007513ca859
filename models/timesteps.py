"""The timestep schedule: how a current of many timesteps becomes one of fewer."""

import torch
from torch import Tensor


def mixing(before: int, after: int) -> Tensor:
    """float32 [after, before]: each later timestep is the mean of an equal share of the earlier ones.

    Where the numbers do not divide, a timestep on a border counts in both shares, by its overlap.
    """
    share = before / after
    matrix = torch.zeros(after, before, dtype=torch.float64)
    for late in range(after):
        for early in range(before):
            overlap = min(early + 1, (late + 1) * share) - max(early, late * share)
            matrix[late, early] = max(0.0, overlap) / share
    return matrix.float()


def shrink(current: Tensor, timesteps: int) -> Tensor:
    """Average a current [T, N, C, L] in blocks of time: [timesteps, N, C, L]. A static or fitting one stays."""
    if current.shape[0] in (1, timesteps):
        return current
    return torch.einsum("ab,bncl->ancl", mixing(current.shape[0], timesteps).to(current), current)
