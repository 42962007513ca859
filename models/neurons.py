"""Neurons, multi-step: current [T, N, C, L] in, spikes [T, N, C, L] out.

A current with T = 1 is static: the neuron sees it in every timestep. The input is not divided by tau:
H[t] = (1 - 1/tau) V[t-1] + X[t], S[t] = clip(floor(H / threshold), 0, levels), and then the reset, hard
V = H where S = 0 else 0, or soft V = H - threshold S.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from models.network import SpikingConfig
from models.surrogate import SURROGATES, Surrogate


class Neuron(nn.Module):
    """What stands between a current and the next convolution. `spiking`: whether it emits spikes."""

    spiking: bool

    def __init__(self, config: SpikingConfig) -> None:
        super().__init__()

    def forward(self, current: Tensor, timesteps: int) -> Tensor:
        """Spikes [timesteps, N, C, L] of a current [timesteps or 1, N, C, L]."""
        raise NotImplementedError


class ReLU(Neuron):
    """The twin's activation: no spikes, no time."""

    spiking = False

    def forward(self, current: Tensor, timesteps: int) -> Tensor:
        return torch.relu(current)


class LIF(Neuron):
    """Leaky integrate-and-fire with a fixed time constant."""

    spiking = True

    def __init__(self, config: SpikingConfig) -> None:
        super().__init__(config)
        self.threshold = config.threshold
        self.hard_reset = config.reset == "hard"
        self.levels = config.levels
        self.surrogate = SURROGATES[config.surrogate]
        self.register_buffer("decay", torch.tensor(1 - 1 / config.tau), persistent=False)
        self.decay: Tensor

    def forward(self, current: Tensor, timesteps: int) -> Tensor:
        return self.fire(current, self.decay, timesteps)

    def fire(self, current: Tensor, decay: Tensor, timesteps: int) -> Tensor:
        """The recurrence: as one autograd node, or written out where a graph is exported."""
        if current.shape[0] not in (1, timesteps):
            raise ValueError(f"a current of {current.shape[0]} timesteps for a neuron of {timesteps}")
        if torch.compiler.is_exporting():
            return unrolled(current, decay, timesteps, self.threshold, self.hard_reset, self.levels)
        spikes = _Recurrence.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
            current, decay, timesteps, self.threshold, self.hard_reset, self.levels, self.surrogate
        )
        assert isinstance(spikes, Tensor)
        return spikes


class ParametricLIF(LIF):
    """V += (X - V) sigmoid(w) with w learned, one a layer (W. Fang et al., ICCV 2021, equation 8)."""

    def __init__(self, config: SpikingConfig) -> None:
        super().__init__(config)
        self.rate = nn.Parameter(torch.tensor(-math.log(config.tau - 1)))

    def forward(self, current: Tensor, timesteps: int) -> Tensor:
        share = torch.sigmoid(self.rate)
        return self.fire(current * share, 1 - share, timesteps)


NEURONS: dict[str, type[Neuron]] = {"lif": LIF, "parametric-lif": ParametricLIF, "relu": ReLU}


def unrolled(current: Tensor, decay: Tensor, timesteps: int, threshold: float, hard_reset: bool, levels: int) -> Tensor:
    """The recurrence in plain operations, timestep by timestep: what the exported graph holds."""
    spikes: list[Tensor] = []
    potential: Tensor | None = None
    for t in range(timesteps):
        now = current[0] if current.shape[0] == 1 else current[t]
        charged = now if potential is None else now + potential * decay
        spike = _emitted(charged, threshold, levels)
        # A subtraction or a product: onnxruntime's Where costs four times as much.
        fired = spike if levels == 1 else spike.clamp(max=1.0)
        potential = charged - charged * fired if hard_reset else charged - spike * threshold
        spikes.append(spike)
    return torch.stack(spikes)


def _emitted(charged: Tensor, threshold: float, levels: int) -> Tensor:
    if levels == 1:
        return (charged >= threshold).to(charged.dtype)
    return (charged / threshold).floor().clamp(0, levels)


class _Recurrence(torch.autograd.Function):
    """The recurrence and its gradient as one node: a node an operation costs more than the arithmetic.

    The gradient does not run through the reset (F. Zenke, T. Vogels, Neural Computation 33, 2021, find
    training more robust so).
    """

    @staticmethod
    def forward(
        ctx: Any,
        current: Tensor,
        decay: Tensor,
        timesteps: int,
        threshold: float,
        hard_reset: bool,
        levels: int,
        surrogate: Surrogate,
    ) -> Tensor:
        leak = float(decay)
        arriving = current.expand(timesteps, *current.shape[1:])
        charged, spikes = torch.empty_like(arriving), torch.empty_like(arriving)
        currents, potentials, trains = arriving.unbind(), charged.unbind(), spikes.unbind()
        potentials[0].copy_(currents[0])
        _emit_into(trains[0], potentials[0], threshold, levels)
        for t in range(1, timesteps):
            _reset_into(potentials[t], potentials[t - 1], trains[t - 1], threshold, hard_reset, levels)
            torch.add(currents[t], potentials[t], alpha=leak, out=potentials[t])
            _emit_into(trains[t], potentials[t], threshold, levels)
        ctx.save_for_backward(charged, spikes)
        ctx.static = current.shape[0] == 1
        ctx.leak, ctx.threshold, ctx.hard_reset, ctx.levels = leak, threshold, hard_reset, levels
        ctx.surrogate = surrogate
        return spikes

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor | None, ...]:
        charged, spikes = ctx.saved_tensors
        scaled = charged if ctx.threshold == 1 else charged / ctx.threshold
        gradient = ctx.surrogate(scaled, ctx.levels).mul_(upstream[0])
        if ctx.threshold != 1:
            gradient.div_(ctx.threshold)
        gradients, trains = gradient.unbind(), spikes.unbind()
        for t in reversed(range(len(gradients) - 1)):
            later = gradients[t + 1]
            if ctx.hard_reset:
                fired = trains[t] if ctx.levels == 1 else trains[t].clamp(max=1)
                later = torch.addcmul(later, later, fired, value=-1)
            gradients[t].add_(later, alpha=ctx.leak)
        decay_gradient = _decay_gradient(ctx, gradient, charged, spikes) if ctx.needs_input_grad[1] else None
        if ctx.static:
            # Not `sum`, which gives its result another order in memory.
            for later in gradients[1:]:
                gradients[0].add_(later)
            gradient = gradient[:1]
        return gradient, decay_gradient, None, None, None, None, None


def _emit_into(spikes: Tensor, charged: Tensor, threshold: float, levels: int) -> None:
    if levels == 1:
        torch.ge(charged, threshold, out=spikes)
    else:
        torch.div(charged, threshold, out=spikes).floor_().clamp_(0, levels)


def _reset_into(
    potential: Tensor, charged: Tensor, spikes: Tensor, threshold: float, hard_reset: bool, levels: int
) -> None:
    if not hard_reset:
        torch.sub(charged, spikes, alpha=threshold, out=potential)
    elif levels == 1:
        torch.addcmul(charged, charged, spikes, value=-1, out=potential)
    else:
        torch.mul(charged, spikes == 0, out=potential)


def _decay_gradient(ctx: Any, gradient: Tensor, charged: Tensor, spikes: Tensor) -> Tensor:
    potential = torch.empty_like(charged[:-1])
    _reset_into(potential, charged[:-1], spikes[:-1], ctx.threshold, ctx.hard_reset, ctx.levels)
    return (gradient[1:] * potential).sum()
