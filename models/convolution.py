"""A convolution and its batch-norm, as one part that folds into one convolution for export."""

import copy
from typing import TypeVar

import torch
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)


class NormalisedConv(nn.Module):
    """Conv1d without bias, then batch-norm: [N, C, L] -> [N, C', L']; a fourth leading axis T is folded into the batch.

    Folding T means that batch statistics run over all T N windows, and that a convolution runs once, not T times.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, padding: int | None = None, groups: int = 1
    ) -> None:
        super().__init__()
        padding = kernel // 2 if padding is None else padding
        self.conv = nn.Conv1d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.norm: nn.Module = nn.BatchNorm1d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(self.conv(x if x.dim() == 3 else x.flatten(0, 1)))
        return y if x.dim() == 3 else torch.unflatten(y, 0, (x.shape[0], -1))

    def fold(self) -> None:
        """Move the batch-norm's running statistics into the convolution, in float64; for inference only."""
        norm = self.norm
        if not isinstance(norm, nn.BatchNorm1d):
            return
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        conv = copy.deepcopy(self.conv)
        conv.weight = nn.Parameter((self.conv.weight.double() * scale[:, None, None]).float())
        conv.bias = nn.Parameter((norm.bias.double() - norm.running_mean.double() * scale).float())
        self.conv, self.norm = conv, nn.Identity()


def folded(network: Module) -> Module:
    """A copy of the network for inference, with every batch-norm inside its convolution."""
    copied = copy.deepcopy(network).eval()
    with torch.no_grad():
        for part in copied.modules():
            if isinstance(part, NormalisedConv):
                part.fold()
    return copied
