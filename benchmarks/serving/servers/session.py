"""The graph, as every server runs it: one thread a call, none that spins. Needs only numpy and onnxruntime."""

import os
from collections.abc import Sequence
from typing import Any

# As `models` does, which the servers' own environments do not have: onnxruntime would tell its makers what it runs.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import onnxruntime
from numpy.typing import NDArray

MODEL = "BENCH_MODEL"
"""The variable that holds the path of the graph."""

MOST_REQUESTS = 16
"""Read in one call, where a server gathers requests: as many as ours gathers windows."""

WAIT_S = 0.002
"""How long a server that waits for more requests does."""

LENGTH = 1024
OUTPUTS = ("logits", "spikes", "synops", "features")


class Session:
    """The graph at `$BENCH_MODEL`."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = onnxruntime.InferenceSession(
            os.environ[MODEL], options, providers=["CPUExecutionProvider"]
        )

    def run(self, windows: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """All four outputs for windows [N, 1, 1024]."""
        return dict(zip(OUTPUTS, self._session.run(OUTPUTS, {"windows": windows}), strict=True))

    def run_together(self, several: Sequence[NDArray[np.float32]]) -> list[dict[str, NDArray[np.float32]]]:
        """The outputs of each of several requests, read in one call."""
        ends = np.cumsum([len(each) for each in several])[:-1]
        parts = {name: np.split(values, ends) for name, values in self.run(np.concatenate(several)).items()}
        return [dict(zip(parts, each, strict=True)) for each in zip(*parts.values(), strict=True)]
