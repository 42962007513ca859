"""Every spike of one window, by layer and timestep, as the trace graph fired them."""

import base64

import numpy as np
from numpy.typing import NDArray

from models.graph import Graph
from service.page.signals import Picture


class SpikeTrain(Picture):
    """The spikes in front of one layer.

    Attributes:
        name: of the train.
        rate: spikes per neuron and timestep.
        spikes: base64 of bits [timesteps, channels, length], eight a byte, the first the highest.
    """

    name: str
    timesteps: int
    channels: int
    length: int
    rate: float
    spikes: str

    def unpacked(self) -> NDArray[np.uint8]:
        """0 or 1, uint8 [timesteps, channels, length]."""
        shape = (self.timesteps, self.channels, self.length)
        packed = np.frombuffer(base64.b64decode(self.spikes), dtype=np.uint8)
        return np.unpackbits(packed, count=int(np.prod(shape))).reshape(shape)


def spike_trains(tracer: Graph, window: NDArray[np.float32]) -> list[SpikeTrain]:
    """Those of `window` [length], in the order of the graph."""
    return [_train(name, train[0]) for name, train in tracer.trace(window[None, None, :]).items()]


def _train(name: str, train: NDArray[np.uint8]) -> SpikeTrain:
    timesteps, channels, length = train.shape
    fired = train > 0
    return SpikeTrain(
        name=name,
        timesteps=timesteps,
        channels=channels,
        length=length,
        rate=round(float(fired.mean()), 4),
        spikes=base64.b64encode(np.packbits(fired).tobytes()).decode(),
    )
