"""A convolution and its batch-norm, as one part that folds into one convolution for export."""

import copy
from collections.abc import Sequence
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
        folded = x if x.dim() == 3 else x.flatten(0, 1)
        y: Tensor = self._by_rows(folded) if self.training else self.norm(self.conv(folded))
        return y if x.dim() == 3 else torch.unflatten(y, 0, (x.shape[0], -1))

    def _by_rows(self, x: Tensor) -> Tensor:
        """The same in training, the channels of a position side by side in memory: oneDNN is quicker so.

        A signal is an image one pixel high, because PyTorch knows this order for images alone.
        """
        conv = self.conv
        assert not isinstance(conv.padding, str)
        image = x.unsqueeze(2).contiguous(memory_format=torch.channels_last)
        y = nn.functional.conv2d(
            image, conv.weight.unsqueeze(2), conv.bias, (1, *conv.stride), (0, *conv.padding), 1, conv.groups
        )
        rows: Tensor = self.norm(y.permute(0, 2, 3, 1).reshape(-1, y.shape[1]))
        return rows.view(len(y), -1, y.shape[1]).transpose(1, 2)

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


def normalised(norms: Sequence[nn.Module], y: Tensor) -> Tensor:
    """What batch-norms that stand side by side make of y [N, C, ...], the channels of all; in training."""
    parts = [norm for norm in norms if isinstance(norm, nn.BatchNorm1d)]
    mean, variance, weight, bias = (
        torch.cat([getattr(norm, name) for norm in parts]) for name in ("running_mean", "running_var", "weight", "bias")
    )
    first = parts[0]
    assert first.momentum is not None
    result = nn.functional.batch_norm(y, mean, variance, weight, bias, True, first.momentum, first.eps)
    widths = [norm.num_features for norm in parts]
    for norm, its_mean, its_variance in zip(
        parts, torch.split(mean, widths), torch.split(variance, widths), strict=True
    ):
        norm.running_mean, norm.running_var = its_mean.clone(), its_variance.clone()
        assert norm.num_batches_tracked is not None
        norm.num_batches_tracked.add_(1)
    return result


def folded(network: Module) -> Module:
    """A copy of the network for inference, with every batch-norm inside its convolution."""
    copied = copy.deepcopy(network).eval()
    with torch.no_grad():
        for part in copied.modules():
            if isinstance(part, NormalisedConv):
                part.fold()
    return copied
