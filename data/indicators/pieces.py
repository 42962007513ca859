"""The pieces in which a long signal is transformed: memory and time a sample do not grow with its length."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

LONGEST_S = 4.0


def pieces(samples: NDArray[np.float32], rate_hz: float, overlap: int = 0) -> NDArray[np.float32]:
    """A view [pieces, size] of as few pieces of up to 4 s as hold every sample, but fewer at the end than pieces.

    >>> pieces(np.arange(10, dtype=np.float32), rate_hz=1.0, overlap=1).tolist()
    [[0.0, 1.0, 2.0, 3.0], [3.0, 4.0, 5.0, 6.0], [6.0, 7.0, 8.0, 9.0]]
    """
    count = -(-samples.size // int(LONGEST_S * rate_hz))
    size = (samples.size + (count - 1) * overlap) // count
    return sliding_window_view(samples, size)[:: size - overlap]
