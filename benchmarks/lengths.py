"""How cost grows: with the length of a recording, and with the windows of one call."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from rich.progress import Progress

from benchmarks.asker import SPEED_AND_BEARING
from benchmarks.bytes_to_diagnosis import ASKER
from benchmarks.effort import Effort
from benchmarks.process import Process
from benchmarks.results import Growth

Spent = Callable[[Process, float], float]


def of_recording(file: Path, effort: Effort, bar: Progress) -> Growth:
    """Processor seconds of a whole request, with speed and bearing given, against seconds of signal."""

    def spent(process: Process, seconds: float) -> float:
        asked = process.ask("diagnose", given=SPEED_AND_BEARING, seconds=seconds)
        return float(asked["cpu_ms"]) / 1e3

    return _growth("recording length", file, effort.seconds, spent, effort, bar)


def of_call(file: Path, effort: Effort, bar: Progress) -> Growth:
    """Processor seconds of the graph against windows a call."""

    def spent(process: Process, count: float) -> float:
        return float(process.ask("graph", count=int(count)))

    return _growth("windows a call", file, effort.counts, spent, effort, bar)


def _growth(title: str, file: Path, sizes: tuple[float, ...], spent: Spent, effort: Effort, bar: Progress) -> Growth:
    """From small to large, so that the memory after each size is that of the largest so far."""
    task = bar.add_task(title, total=len(sizes))
    seconds, resident = [], []
    with Process(ASKER, 1, file=str(file)) as process:
        spent(process, sizes[0])
        for size in sizes:
            seconds.append(round(median(spent(process, size) for _ in range(effort.repeats)), 6))
            resident.append(round(process.ask("resident_mib"), 1))
            bar.advance(task)
    return Growth(sizes=sizes, cpu_s=tuple(seconds), resident_mib=tuple(resident))
