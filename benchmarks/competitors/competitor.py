"""What a competitor is: something that reads windows, which can be asked what it says of them."""

from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Answer(NamedTuple):
    """Logits float32 [N, faults] and spikes of all layers together, float32 [N]; zeros where nothing spikes."""

    logits: NDArray[np.float32]
    spikes: NDArray[np.float32]


class Competitor(Protocol):
    """One way to run the network, loaded from a file, on so many threads."""

    def __init__(self, file: Path, threads: int) -> None: ...

    def run(self, windows: NDArray[np.float32]) -> object:
        """What is timed, on float32 windows [N, 1, length]."""
        ...

    def answer(self, windows: NDArray[np.float32]) -> Answer:
        """What it says of them."""
        ...
