"""Training computes convolution, encoder and gate in other orders than inference: values and gradients are the same."""

import copy

import pytest
import torch
from torch import Tensor, nn

from models.attention import ChannelAttention
from models.convolution import NormalisedConv
from models.encoder import MultiScaleEncoder
from models.network import MraSnnConfig


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def plain(part: NormalisedConv, x: Tensor) -> Tensor:
    """Convolution and batch-norm as PyTorch's modules compute them."""
    y: Tensor = part.norm(part.conv(x))
    return y


def assert_same(ours: nn.Module, theirs: nn.Module, x: Tensor, left: Tensor, right: Tensor) -> None:
    """Values, the gradients of all weights and of `x`, and what batch-norms remember."""
    upstream = drawn(*left.shape, seed=9)
    torch.testing.assert_close(left, right)
    (of_left,) = torch.autograd.grad((left * upstream).sum(), x, retain_graph=True)
    (of_right,) = torch.autograd.grad((right * upstream).sum(), x, retain_graph=True)
    torch.testing.assert_close(of_left, of_right)
    (left * upstream).sum().backward()  # type: ignore[no-untyped-call]
    (right * upstream).sum().backward()  # type: ignore[no-untyped-call]
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert mine.grad is not None
        torch.testing.assert_close(mine.grad, other.grad)
    for mine, other in zip(ours.buffers(), theirs.buffers(), strict=True):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize(
    ("inputs", "kernel", "stride", "padding", "groups"),
    [(1, 15, 4, None, 1), (6, 3, 1, None, 1), (6, 3, 2, None, 1), (6, 1, 2, None, 1), (6, 4, 3, 2, 1), (6, 1, 1, 0, 6)],
)
@pytest.mark.parametrize("channels_first", [True, False])
def test_a_convolution_by_rows_is_the_convolution(
    inputs: int, kernel: int, stride: int, padding: int | None, groups: int, channels_first: bool
) -> None:
    torch.manual_seed(0)
    ours = NormalisedConv(inputs, 12, kernel, stride, padding, groups).double()
    theirs = copy.deepcopy(ours)
    given = drawn(4, inputs, 37) if channels_first else drawn(4, 37, inputs).transpose(1, 2)
    x = given.requires_grad_()
    assert_same(ours, theirs, x, ours(x), plain(theirs, x))


@pytest.mark.parametrize(
    ("kernels", "stride", "length"), [((7, 15, 31, 63), 8, 1024), ((7, 15), 4, 250), ((3,), 8, 1000), ((5, 9), 1, 64)]
)
@pytest.mark.parametrize("attention", [True, False])
def test_the_branches_as_one_are_the_branches(
    kernels: tuple[int, ...], stride: int, length: int, attention: bool
) -> None:
    torch.manual_seed(0)
    config = MraSnnConfig(
        encoder_kernels=kernels, encoder_stride=stride, window_length=length, encoder_attention=attention
    )
    ours = MultiScaleEncoder(config).double()
    if ours.attention is not None:
        nn.init.normal_(ours.attention.mix.weight)
    theirs = copy.deepcopy(ours)
    x = drawn(6, 1, length).requires_grad_()
    branches = [plain(branch, x) for branch in theirs.branches if isinstance(branch, NormalisedConv)]
    together = torch.cat(branches, 1)
    expected = together if theirs.attention is None else together * theirs.attention.gate(together)
    assert_same(ours, theirs, x, ours(x), expected)


@pytest.mark.parametrize("shape", [(5, 7, 11), (3, 5, 7, 11)])
def test_a_gate_as_one_node_has_the_gradient_of_the_plain_one(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    ours = ChannelAttention().double()
    nn.init.normal_(ours.mix.weight)
    theirs = copy.deepcopy(ours).eval()
    x = drawn(*shape).requires_grad_()
    assert_same(ours, theirs, x, ours(x), theirs(x))
    assert torch.autograd.gradcheck(ours, (x,))
