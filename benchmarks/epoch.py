"""Training in turn: our network, and the same one with other people's neurons."""

from collections.abc import Sequence
from contextlib import ExitStack

from rich.progress import Progress

from benchmarks import kit as kits
from benchmarks.agreement import Disagreement
from benchmarks.effort import Effort
from benchmarks.entries import Entry, installed
from benchmarks.kit import Kit
from benchmarks.process import Process, WorkerError
from benchmarks.race import Course, lap
from benchmarks.results import Training

TRAINEE = "benchmarks.trainee:Trainee"
THREADS = 1
LOSS_OFF, GRADIENT_OFF = 1e-3, 0.02
"""Shares. A spike that one sum fires and another does not changes a gradient more than the loss."""


def training(kit: Kit, entries: Sequence[Entry], effort: Effort, bar: Progress) -> Training:
    """Times training steps of those that are installed and whose first step is the same as ours, the first entry's."""
    able, left_out = installed(entries, kit.folder)
    course = Course(left_out, bar.console.print)
    task = bar.add_task("training", total=effort.rounds)
    with ExitStack() as stack:
        running = _started(kit, able, course, stack)
        times: dict[str, list[list[float]]] = {name: [] for name in running}
        for process in running.values():
            process.ask("time", steps=1)
        for _ in range(effort.rounds):
            for name, process in running.items():
                times[name].append(process.ask("time", steps=effort.training_steps))
            bar.advance(task)
        course.laps += [lap(name, THREADS, kit.batch, each) for name, each in times.items()]
        course.resident_mib |= {name: process.ask("resident_mib") for name, process in running.items()}
    return Training(race=course.race(), epoch_steps=kit.epoch_steps)


def _started(kit: Kit, entries: Sequence[Entry], course: Course, stack: ExitStack) -> dict[str, Process]:
    running: dict[str, Process] = {}
    ours: dict[str, float] | None = None
    files = {"file": str(kit.folder / kits.NETWORK), "windows": str(kit.folder / kits.WINDOWS)}
    for entry in entries:
        try:
            process = Process(TRAINEE, THREADS, place=entry.trains, threads=THREADS, batch=kit.batch, **files)
            stack.callback(process.close)
            first = process.ask("first_step")
            ours = ours or first
            hold(first, ours)
        except (WorkerError, Disagreement) as error:
            course.drop(entry.name, error)
        else:
            running[entry.name] = process
    return running


def hold(theirs: dict[str, float], ours: dict[str, float]) -> None:
    """Compares two first steps.

    Raises:
        Disagreement: loss or gradient are not the same.
    """
    for name, allowed in (("loss", LOSS_OFF), ("gradient", GRADIENT_OFF)):
        off = abs(theirs[name] / ours[name] - 1)
        if not off <= allowed:
            raise Disagreement(f"its first training step is another: {name} {off:.2%} off (at most {allowed:.1%})")
