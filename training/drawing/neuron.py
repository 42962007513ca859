"""Binary neurons as `models.neurons` has them: current float32 [T N, 1, L, C] in, spikes of the same shape out.

Every current is drawn negated, and so is the potential: it then takes one node to forget it where it fired.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from onnx import TensorProto

from models.neurons import LIF, Neuron, ParametricLIF
from training.drawing.sketch import Sketch


def fire(sketch: Sketch, current: str, neuron: Neuron, timesteps: int, static: bool, scale: float = 1) -> str:
    """The spikes of a negated current that arrives times `scale`.

    One that is `static` is the same in every timestep, and comes as [N, 1, L, C].
    """
    assert isinstance(neuron, LIF)
    current, leak = KNOWN[type(neuron)](sketch, current, neuron)
    threshold = np.float32(neuron.threshold * scale)
    arriving = [current] * timesteps if static else sketch.split(current, timesteps)
    fired: list[str] = []
    charged = arriving[0]
    for timestep in range(timesteps):
        if timestep:
            kept = sketch.add("Mul", _reset(sketch, charged, fired[-1], threshold, neuron.hard_reset), leak)
            charged = sketch.add("Add", arriving[timestep], kept)
        fired.append(sketch.add("LessOrEqual", charged, -threshold))
    together = fired[0] if timesteps == 1 else sketch.add("Concat", *fired, axis=0)
    return sketch.add("Cast", together, to=sketch.spikes)


def _fixed(sketch: Sketch, current: str, neuron: LIF) -> tuple[str, np.float32]:
    return current, np.float32(neuron.decay)


def _learned(sketch: Sketch, current: str, neuron: ParametricLIF) -> tuple[str, np.float32]:
    share = np.float32(torch.sigmoid(neuron.rate).item())
    return sketch.add("Mul", current, share), np.float32(1 - share)


KNOWN: dict[type[Neuron], Callable[[Sketch, str, Any], tuple[str, np.float32]]] = {LIF: _fixed, ParametricLIF: _learned}
"""What is drawn, by exact type, for a subclass may compute otherwise: the current that is added, and what is kept."""


def _reset(sketch: Sketch, charged: str, fired: str, threshold: np.float32, hard: bool) -> str:
    """The negated potential that a spike leaves."""
    if hard:
        # The op keeps what lies above its alpha: all that did not fire.
        return sketch.add("ThresholdedRelu", charged, alpha=-float(threshold))
    spike = sketch.add("Cast", fired, to=TensorProto.FLOAT)
    return sketch.add("Add", charged, sketch.add("Mul", spike, threshold))
