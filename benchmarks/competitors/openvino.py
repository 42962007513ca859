"""A graph on OpenVINO, told to stay in float32 where the graph is: on some processors its default is bfloat16."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

from benchmarks.competitors.competitor import Answer
from models.graph import INPUT

OPTIONS = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1"}


class OpenVino:
    """The graph in `file`, on `threads`, compiled for each size of batch: it is quicker so than with an open one."""

    def __init__(self, file: Path, threads: int) -> None:
        self._core, self._file = openvino.Core(), file
        self._options = OPTIONS | {"INFERENCE_NUM_THREADS": str(threads)}
        self._request = lru_cache(maxsize=None)(self._compiled)
        self._core.read_model(file)

    def run(self, windows: NDArray[np.float32]) -> Any:
        """What is timed: all four outputs."""
        return self._request(len(windows)).infer({INPUT: windows}, share_inputs=True)

    def answer(self, windows: NDArray[np.float32]) -> Answer:
        """What it says."""
        given = {port.any_name: np.array(values) for port, values in self.run(windows).items()}
        return Answer(given["logits"], given["spikes"].sum(1))

    def _compiled(self, batch: int) -> Any:
        model = self._core.read_model(self._file)
        shape = model.input(INPUT).partial_shape
        shape[0] = batch
        model.reshape({INPUT: shape})
        return self._core.compile_model(model, "CPU", self._options).create_infer_request()
