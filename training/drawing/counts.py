"""Spikes and SynOps of each window, as `models.spike_counts` counts them."""

from collections.abc import Mapping
from itertools import groupby

import numpy as np

from models.layers import Layer, counted
from training.drawing.sketch import Sketch, whole


def count(sketch: Sketch, trains: Mapping[str, str], layers: tuple[Layer, ...]) -> None:
    """Writes the outputs `spikes` and `synops` [N, columns], from the binary trains [T N, 1, L, C] by name.

    Every sum is a whole number, and the export has refused what float32 cannot hold: the order of summing is free.
    """
    columns = counted(layers)
    counts = [_counted(sketch, trains[layer.fed_by], layer) for layer in columns if layer.fed_by is not None]
    # A train that feeds two layers alike is counted once.
    timesteps = {counted_by: layer.timesteps for counted_by, layer in zip(counts, columns, strict=True)}
    sums = list(timesteps)
    stages = []
    for times, together in groupby(sums, key=timesteps.__getitem__):
        counted_together = list(together)
        beside = sketch.add("Concat", *counted_together, axis=2)
        in_time = sketch.unfolded(beside, times, 2 * len(counted_together))
        stages.append(sketch.add("ReduceSum", in_time, whole(0), keepdims=0))
    totals = sketch.add("Concat", *stages, axis=1) if len(stages) > 1 else stages[0]
    spikes = np.zeros((2 * len(sums), len(columns)), dtype=np.float32)
    synops = np.zeros_like(spikes)
    for column, (layer, counted_by) in enumerate(zip(columns, counts, strict=True)):
        place = 2 * sums.index(counted_by)
        spikes[place, column] = 1
        synops[place + 1, column] = layer.out_channels if layer.kind == "spiking" else 0
    sketch.add("MatMul", totals, spikes, name="spikes")
    sketch.add("MatMul", totals, synops, name="synops")


def _counted(sketch: Sketch, train: str, layer: Layer) -> str:
    """Float32 [T N, 1, 2]: the spikes, and the synapses to one output channel that they reach."""
    length = layer.neurons // layer.in_channels
    taps = layer.taps if layer.kind == "spiking" else (0,) * length
    # Over channels first: a product with all neurons at once, two columns wide, takes longer than the convolution.
    at_position = sketch.add("ReduceSum", sketch.numbers(train), whole(3), keepdims=0)
    return sketch.add("MatMul", at_position, np.stack([np.ones(length), taps], axis=1).astype(np.float32))
