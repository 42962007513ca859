"""The neurons' recurrence: what it says, and that its fast form says the same as its plain one."""

from typing import Any

import pytest
import torch
from torch import Tensor

from models.network import SpikingConfig
from models.neurons import LIF, NEURONS, ParametricLIF, unrolled
from models.surrogate import SURROGATES

CHOICES = [(reset, bits) for reset in ("hard", "soft") for bits in (1, 2, 3)]


def current(timesteps: int, seed: int = 0) -> Tensor:
    return 1.5 * torch.randn(timesteps, 3, 4, 5, generator=torch.Generator().manual_seed(seed))


def neuron(name: str = "lif", **choices: Any) -> Any:
    return NEURONS[name](SpikingConfig(**choices))


def trace(neuron: Any, *values: float) -> list[float]:
    """Spikes of one neuron for the current `values`, one a timestep."""
    spikes = neuron(torch.tensor(values)[:, None, None, None], len(values))
    return [float(spike) for spike in spikes.detach().flatten()]


def test_the_input_is_not_divided_by_tau() -> None:
    assert trace(neuron(tau=4.0), 1.0) == [1.0]
    assert trace(neuron(tau=4.0), 0.999) == [0.0]


def test_half_of_the_potential_leaks_each_timestep() -> None:
    # 0.8, then 0.4 + 0.59 = 0.99, then 0.495 + 0.51 = 1.005
    assert trace(neuron(), 0.8, 0.59, 0.51) == [0.0, 0.0, 1.0]


def test_a_hard_reset_forgets_the_excess_and_a_soft_one_keeps_it() -> None:
    assert trace(neuron(reset="hard"), 2.5, 0.5) == [1.0, 0.0]
    assert trace(neuron(reset="soft"), 2.5, 0.5) == [1.0, 1.0]


def test_a_two_bit_neuron_emits_up_to_three() -> None:
    assert trace(neuron(spike_bits=2), 0.5, 1.9, 9.0) == [0.0, 2.0, 3.0]


def test_a_static_current_is_seen_in_every_timestep() -> None:
    still = current(1)
    assert torch.equal(neuron()(still, 4), neuron()(still.expand(4, -1, -1, -1), 4))


def test_a_current_of_the_wrong_length_in_time_is_refused() -> None:
    with pytest.raises(ValueError, match="3 timesteps for a neuron of 4"):
        neuron()(current(3), 4)


@pytest.mark.parametrize(("reset", "bits"), CHOICES)
def test_the_fast_recurrence_emits_what_the_exported_one_does(reset: str, bits: int) -> None:
    lif = neuron(reset=reset, spike_bits=bits, threshold=0.75)
    assert isinstance(lif, LIF)
    plain = unrolled(current(6), lif.decay, 6, lif.threshold, lif.hard_reset, lif.levels)
    assert 0 < plain.mean() < lif.levels
    assert torch.equal(lif(current(6), 6), plain)


class Step(torch.autograd.Function):
    """One emission with its surrogate gradient, for a recurrence that autograd differentiates."""

    @staticmethod
    def forward(ctx: Any, charged: Tensor, threshold: float, levels: int) -> Tensor:
        ctx.save_for_backward(charged)
        ctx.threshold, ctx.levels = threshold, levels
        return (charged / threshold).floor().clamp(0, levels)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        (charged,) = ctx.saved_tensors
        slope = SURROGATES["atan"](charged / ctx.threshold, ctx.levels)
        return upstream[0] * slope / ctx.threshold, None, None


def differentiated(x: Tensor, decay: Tensor, timesteps: int, lif: LIF) -> Tensor:
    potential, spikes = torch.zeros_like(x[0]), []
    for t in range(timesteps):
        charged = decay * potential + x[min(t, len(x) - 1)]
        spike = Step.apply(charged, lif.threshold, lif.levels)
        spikes.append(spike)
        still = spike.detach()
        potential = charged * (still == 0) if lif.hard_reset else charged - lif.threshold * still
    return torch.stack(spikes)


@pytest.mark.parametrize(("reset", "bits"), CHOICES)
@pytest.mark.parametrize("arriving", [1, 5])
def test_the_fast_gradient_is_that_of_the_plain_recurrence(reset: str, bits: int, arriving: int) -> None:
    torch.manual_seed(1)
    lif = neuron(reset=reset, spike_bits=bits, threshold=0.75)
    x, y = (current(arriving).double().requires_grad_() for _ in range(2))
    decay = torch.tensor(0.5)
    upstream = torch.randn(5, 3, 4, 5, dtype=torch.float64)
    lif.fire(x, decay, 5).backward(upstream)
    differentiated(y, decay, 5, lif).backward(upstream)
    torch.testing.assert_close(x.grad, y.grad)


@pytest.mark.parametrize("arriving", [1, 5])
def test_a_neuron_keeps_the_order_of_its_current_in_memory(arriving: int) -> None:
    x = torch.randn(arriving, 3, 5, 4).transpose(2, 3).requires_grad_()
    spikes = neuron()(x, 5)
    (gradient,) = torch.autograd.grad(spikes.sum(), x)
    assert spikes.stride()[1:] == x.stride()[1:]
    assert gradient.stride() == x.stride()


@pytest.mark.parametrize(("reset", "bits"), CHOICES)
@pytest.mark.parametrize("arriving", [1, 5])
def test_a_learned_time_constant_gets_the_gradient_of_the_plain_recurrence(
    reset: str, bits: int, arriving: int
) -> None:
    parametric = neuron("parametric-lif", reset=reset, spike_bits=bits, threshold=0.5).double()
    assert isinstance(parametric, ParametricLIF)
    parametric(current(arriving).double(), 5).sum().backward()
    learned = parametric.rate.grad
    rate = parametric.rate.detach().clone().requires_grad_()
    share = torch.sigmoid(rate)
    differentiated(current(arriving).double() * share, 1 - share, 5, parametric).sum().backward()
    assert learned is not None
    assert abs(float(learned)) > 1e-3
    torch.testing.assert_close(learned, rate.grad)


def test_a_parametric_neuron_follows_its_published_form() -> None:
    # V += (X - V) / 2: 0.4, then 0.4 + (0.7 - 0.4) / 2 = 0.55 fires at threshold 1/2
    assert trace(neuron("parametric-lif", threshold=0.5), 0.8, 0.7) == [0.0, 1.0]
