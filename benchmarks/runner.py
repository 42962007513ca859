"""What a competitor's process holds in the race: the competitor, and the windows."""

from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.clock import exhaust, timed
from benchmarks.competitors.competitor import Competitor
from benchmarks.worker import named

MIB = 1 << 20


class Runner:
    """A competitor of the class at `place` ("module:class") with its `file`, and the windows in file `windows`."""

    def __init__(self, place: str, file: str, windows: str, threads: int) -> None:
        self._competitor: Competitor = named(place)(Path(file), threads)
        with np.load(windows) as arrays:
            self._windows = arrays["windows"]

    def answer(self, count: int) -> dict[str, Any]:
        """What it says of the first windows: `logits` and `spikes`."""
        answer = self._competitor.answer(self._windows[:count])
        return {name: np.asarray(each).tolist() for name, each in answer._asdict().items()}

    def time(self, batch: int, calls: int) -> list[float]:
        """Microseconds a window, by the clock and of the processor, over so many calls with `batch` windows each."""
        whole = len(self._windows) // batch * batch
        batches = np.split(self._windows[:whole], whole // batch)
        spent = timed(lambda: exhaust(map(self._competitor.run, islice(cycle(batches), calls))))
        return [1e6 * seconds / (batch * calls) for seconds in spent]

    def resident_mib(self) -> float:
        """Memory of the process."""
        return float(psutil.Process().memory_info().rss / MIB)
