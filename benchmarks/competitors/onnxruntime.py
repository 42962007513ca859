"""A graph on onnxruntime, as the service runs it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.competitors.competitor import Answer
from models.graph import Graph


class OnnxRuntime:
    """The graph in `file`, on `threads`."""

    def __init__(self, file: Path, threads: int) -> None:
        self._graph = Graph(file, threads)

    def run(self, windows: NDArray[np.float32]) -> None:
        """What is timed: all four outputs."""
        self._graph.run(windows)

    def answer(self, windows: NDArray[np.float32]) -> Answer:
        """What it says."""
        reading = self._graph.run(windows)
        return Answer(reading.logits, reading.spikes.sum(1))
