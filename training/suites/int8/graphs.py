"""A trained network in eight bits: the int8 graph of one that spikes, onnxruntime's quantisation of its ReLU twin."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from models.graph import Graph
from training.drawing.draw import can_draw, drawn
from training.drawing.int8 import Int8
from training.export import export
from training.prepared import windows
from training.run import Run
from training.spans import read
from training.static_quantisation import quantise
from training.suites.trained import Trained

RECORDINGS, WINDOWS = 32, 8
"""At most so many recordings, and of each so many windows, set the range of a twin's activations."""


def eight_bits(ready: Trained) -> Graph:
    """The network's graph in eight bits; a spiking one needs no data for it, a twin what it was trained on."""
    network = ready.weights.network
    if can_draw(network):
        return Graph(drawn(network, Int8).SerializeToString())
    with TemporaryDirectory() as folder:
        model, _ = export(network, Path(folder))
        into = model.with_name("int8.onnx")
        quantise(model, into, calibration_windows(ready.run))
        return Graph(into)


def calibration_windows(run: Run) -> NDArray[np.float32]:
    """[N, 1, length], spread over the recordings that the run was trained on."""
    front_end, spans = run.config.front_end, run.split.train
    chosen = [spans[at] for at in _spread(len(spans), RECORDINGS)]
    parts = [windows(front_end, recording).values for recording in read(chosen, run.root)]
    flat = [part.reshape(-1, 1, part.shape[-1]) for part in parts]
    return np.concatenate([part[_spread(len(part), WINDOWS)] for part in flat])


def _spread(length: int, count: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, length - 1, min(count, length)).astype(np.int64))
