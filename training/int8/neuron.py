"""Binary neurons: current float32 [T or 1, N, L, C] in, spikes uint8 [T, N, L, C] out, as `models.neurons` has them."""

import numpy as np
import torch
from onnx import TensorProto

from models.neurons import LIF, Neuron, ParametricLIF
from training.int8.sketch import Sketch


def fire(sketch: Sketch, current: str, neuron: Neuron, timesteps: int, static: bool, scale: float = 1) -> str:
    """The spikes of a current that arrives times `scale`; one that is `static` is the same in every timestep."""
    assert isinstance(neuron, LIF)
    leak = np.float32(neuron.decay)
    if isinstance(neuron, ParametricLIF):
        share = np.float32(torch.sigmoid(neuron.rate).item())
        current, leak = sketch.add("Mul", current, share), np.float32(1 - share)
    threshold = np.float32(neuron.threshold * scale)
    arriving = [current] * timesteps if static else sketch.split(current, timesteps)
    fired: list[str] = []
    charged = arriving[0]
    for timestep in range(timesteps):
        if timestep:
            kept = sketch.add("Mul", _reset(sketch, charged, fired[-1], threshold, neuron.hard_reset), leak)
            charged = sketch.add("Add", arriving[timestep], kept)
        fired.append(sketch.add("GreaterOrEqual", charged, threshold))
    together = fired[0] if timesteps == 1 else sketch.add("Concat", *fired, axis=0)
    return sketch.add("Cast", together, to=TensorProto.UINT8)


def _reset(sketch: Sketch, charged: str, fired: str, threshold: np.float32, hard: bool) -> str:
    """The potential that a spike leaves."""
    if hard:
        # The op keeps what lies above its alpha, the neuron fires at the threshold itself.
        below = float(np.nextafter(threshold, np.float32(0)))
        return sketch.add("Sub", charged, sketch.add("ThresholdedRelu", charged, alpha=below))
    spike = sketch.add("Cast", fired, to=TensorProto.FLOAT)
    return sketch.add("Sub", charged, sketch.add("Mul", spike, threshold))
