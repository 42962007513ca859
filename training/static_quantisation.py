"""A float32 graph in eight bits as onnxruntime's own tool makes it: what is usual for a network that does not spike.

Weights are int8, symmetric, one scale for each output channel; activations are int8 with a zero point, 256 steps from
the smallest to the largest value that they take on given windows.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime import quantization

from models.graph import INPUT


def quantise(model: Path, into: Path, windows: NDArray[np.float32]) -> None:
    """Writes `into` what the tool makes of `model`, calibrated on `windows` [N, 1, length]."""
    prepared = into.with_suffix(".prepared")
    quantization.quant_pre_process(str(model), str(prepared), skip_symbolic_shape=True)
    quantization.quantize_static(str(prepared), str(into), _Windows(windows), per_channel=True)
    prepared.unlink()


class _Windows(quantization.CalibrationDataReader):  # type: ignore[misc]  # onnxruntime ships no types
    """One window after the other, as the tool asks for them."""

    def __init__(self, windows: NDArray[np.float32]) -> None:
        self._left = iter(np.split(windows, len(windows)))

    def get_next(self) -> dict[str, Any] | None:
        window = next(self._left, None)
        return None if window is None else {INPUT: window}
