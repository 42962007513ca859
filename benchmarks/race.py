"""The race: every competitor in a process of its own, timed in turn, round after round: a busy moment meets all."""

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.progress import Progress

from benchmarks import kit as kits
from benchmarks.agreement import AGREEMENTS, Disagreement
from benchmarks.competitors.competitor import Answer
from benchmarks.effort import Effort
from benchmarks.entries import Entry, installed
from benchmarks.kit import Kit
from benchmarks.process import Process, WorkerError
from benchmarks.results import Lap, Race

COMPARED = 64
RUNNER = "benchmarks.runner:Runner"
Timed = Callable[[Process, int], list[float]]


@dataclass
class Course:
    """What is left of the competitors, and what came of them so far."""

    left_out: dict[str, str]
    tell: Callable[[str], None]
    laps: list[Lap] = field(default_factory=list)
    resident_mib: dict[str, float] = field(default_factory=dict)

    def drop(self, name: str, why: Exception) -> None:
        """One goes no further, and the rest does."""
        self.left_out[name] = str(why)
        self.tell(f"{name}: not run: {why}")

    def race(self) -> Race:
        """The result."""
        return Race(laps=tuple(self.laps), resident_mib=self.resident_mib, not_run=self.left_out)


def race(kit: Kit, entries: Sequence[Entry], effort: Effort, bar: Progress) -> Race:
    """Times those of the competitors that are installed and that compute the same."""
    able, left_out = installed(entries, kit.folder)
    course = Course(left_out, bar.console.print)
    for name, why in left_out.items():
        course.tell(f"{name}: not run: {why}")
    task = bar.add_task("race", total=len(effort.threads) * (1 + len(effort.batches) * effort.rounds))
    for threads in effort.threads:
        with ExitStack() as stack:
            running = started(kit, able, threads, course, stack)
            bar.advance(task)
            for batch in effort.batches:
                course.laps += rounds(running, threads, batch, effort, course, lambda: bar.advance(task))
            if threads == effort.threads[0]:
                course.resident_mib |= {name: process.ask("resident_mib") for name, process in running.items()}
    return course.race()


def started(kit: Kit, entries: Sequence[Entry], threads: int, course: Course, stack: ExitStack) -> dict[str, Process]:
    """The processes of those that load and compute the same, by name."""
    running = {}
    for entry in entries:
        try:
            process = Process(RUNNER, threads, **placed(entry, kit.folder, threads))
            stack.callback(process.close)
            AGREEMENTS[entry.answers].hold(said(process), wanted(kit, AGREEMENTS[entry.answers].file))
        except (WorkerError, Disagreement) as error:
            course.drop(entry.name, error)
        else:
            running[entry.name] = process
    return running


def placed(entry: Entry, folder: Path, threads: int) -> dict[str, object]:
    """What a `Runner` is made of."""
    files = {"file": str(folder / entry.file), "windows": str(folder / kits.WINDOWS)}
    return {"place": entry.place, "threads": threads, **files}


def said(process: Process) -> Answer:
    """What a competitor says of the first windows."""
    answer = process.ask("answer", count=COMPARED)
    return Answer(*(np.asarray(answer[name], dtype=np.float32) for name in Answer._fields))


def wanted(kit: Kit, network: str) -> Answer:
    """What a network of the kit says of them in PyTorch."""
    from training.parity import read

    with np.load(kit.folder / kits.WINDOWS) as arrays:
        reading = read(kit.networks[network], arrays["windows"][:COMPARED])
    return Answer(reading.logits, reading.spikes.sum(1))


def rounds(
    running: dict[str, Process], threads: int, batch: int, effort: Effort, course: Course, tick: Callable[[], None]
) -> list[Lap]:
    """One lap a competitor: A B C A B C ..., each as many calls as fill its slice."""
    calls = {}
    for name, process in list(running.items()):
        try:
            calls[name] = _calls(process, batch, effort.slice_s)
        except WorkerError as error:
            course.drop(name, error)
            del running[name]
    times: dict[str, list[list[float]]] = {name: [] for name in running}
    for _ in range(effort.rounds):
        for name, process in running.items():
            times[name].append(process.ask("time", batch=batch, calls=calls[name]))
        tick()
    return [lap(name, threads, batch, each) for name, each in times.items()]


def lap(name: str, threads: int, batch: int, times: Sequence[Sequence[float]]) -> Lap:
    """From the times of all rounds."""
    wall, cpu = (tuple(round(each, 3) for each in column) for column in zip(*times, strict=True))
    return Lap(competitor=name, threads=threads, batch=batch, wall_us=wall, cpu_us=cpu)


def _calls(process: Process, batch: int, slice_s: float) -> int:
    # The first call compiles, the next ones warm the caches.
    process.ask("time", batch=batch, calls=1)
    process.ask("time", batch=batch, calls=2)
    window_us, _ = process.ask("time", batch=batch, calls=3)
    return max(1, math.ceil(slice_s * 1e6 / (float(window_us) * batch)))
