"""An exported network on onnxruntime: windows in, logits, spikes, synaptic operations and features out."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from data.steps import step

MICRO_BATCH = 8
"""Windows a call: more is no faster on one core (the activations leave the cache) and costs memory."""

INPUT = "windows"
OUTPUTS = ("logits", "spikes", "synops", "features")
TRACE_PREFIX = "trace."


def calls(windows: int) -> list[int]:
    """How many of them each call of a graph reads.

    >>> calls(19)
    [8, 8, 3]
    """
    return [min(MICRO_BATCH, windows - at) for at in range(0, windows, MICRO_BATCH)]


@dataclass(frozen=True, eq=False)
class Reading:
    """What a graph says of N windows.

    Attributes:
        logits: float32 [N, faults].
        spikes: float32 [N, spiking layers], spikes fired over all neurons and timesteps.
        synops: float32 [N, layers], spikes weighted by their true fan-out.
        features: float32 [N, features], time-averaged.
        cpu_s: seconds of processor time that the runs took, where the graph has one thread.
    """

    logits: NDArray[np.float32]
    spikes: NDArray[np.float32]
    synops: NDArray[np.float32]
    features: NDArray[np.float32]
    cpu_s: float = field(default=0.0, kw_only=True)


class Graph:
    """One ONNX file, loaded; safe to call from several threads at once.

    Args:
        model: the file's path, or its bytes.
        threads: of one call. One thread a call keeps the processor free for other requests, and nothing spins.

    Raises:
        ValueError: onnxruntime cannot load it, or it lacks the input `windows` or one of the four outputs.
    """

    def __init__(self, model: Path | bytes, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = onnxruntime.InferenceSession(
                model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises a family of its own, rooted in nothing but Exception
            raise ValueError(f"onnxruntime cannot load the graph: {error}") from error
        self.inputs: dict[str, list[int | str]] = {port.name: port.shape for port in self._session.get_inputs()}
        self.outputs: dict[str, list[int | str]] = {port.name: port.shape for port in self._session.get_outputs()}
        absent = [name for name in OUTPUTS if name not in self.outputs]
        if list(self.inputs) != [INPUT] or absent:
            ports = f"the graph takes {list(self.inputs)} and gives {list(self.outputs)}"
            raise ValueError(f"{ports}; wanted {INPUT!r} in, {OUTPUTS} out")

    @property
    def length(self) -> int:
        """Samples of one window."""
        return int(self.inputs[INPUT][-1])

    def run(self, values: NDArray[np.float32]) -> Reading:
        """Reads `values`, float32 [N, 1, length], in micro-batches."""
        began = time.thread_time()
        logits, spikes, synops, features = self._in_batches(values, list(OUTPUTS))
        return Reading(logits, spikes, synops, features, cpu_s=time.thread_time() - began)

    def trace(self, values: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Spike trains, uint8 [N, timesteps, channels, length], by name in graph order; {} without traces."""
        names = [name for name in self.outputs if name.startswith(TRACE_PREFIX)]
        return dict(
            zip((name.removeprefix(TRACE_PREFIX) for name in names), self._in_batches(values, names), strict=True)
        )

    def _in_batches(self, values: NDArray[np.float32], names: list[str]) -> list[NDArray[Any]]:
        if not names:
            return []
        answers = []
        first = 0
        for size in calls(len(values)):
            step()
            answers.append(self._session.run(names, {INPUT: np.ascontiguousarray(values[first : first + size])}))
            first += size
        return [np.concatenate(parts) for parts in zip(*answers, strict=True)]
