"""The servers in turn: each all its processors can do, then four fifths of that, round after round."""

import base64
import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from benchmarks.agreement import Disagreement
from benchmarks.entries import ONNXRUNTIME
from benchmarks.process import Process, WorkerError
from benchmarks.race import RUNNER
from benchmarks.serving.closed_loop import rush
from benchmarks.serving.effort import OF_THE_MOST, Effort
from benchmarks.serving.environments import NotInstalled
from benchmarks.serving.hosts import Host
from benchmarks.serving.questions import JSON, Question, Windows
from benchmarks.serving.results import Turn
from benchmarks.serving.server import Server, running

OPEN_LOOP = "benchmarks.serving.open_loop:OpenLoop"
SETTLES_S = 1.0
COMPARED, MOST_OFF = 8, 1e-3
"""Windows, and how far a logit may be off."""


@dataclass
class Course:
    """What came of them so far."""

    turns: list[Turn] = field(default_factory=list)
    resident_mib: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def race(hosts: Sequence[Host], model: Path, windows: Windows, effort: Effort, bar: Progress) -> Course:
    """All of them that can be started, at once: what is idle costs little, and all meet the same minutes."""
    course = Course()
    with ExitStack() as stack:
        bare = _bare(model, windows, stack)
        servers = _started(hosts, model, windows, bare, course, stack, bar)
        bodies = dict.fromkeys(body for host in hosts for body in host.asked)
        task = bar.add_task("serving", total=len(bodies) * len(effort.batches) * effort.rounds)
        for body in bodies:
            for batch in effort.batches:
                asked = {
                    host.name: (servers[host.name], host.asked[body](windows[:batch]))
                    for host in hosts
                    if host.name in servers and body in host.asked
                }
                course.turns += _turns(asked, body, batch, bare, effort, lambda: bar.advance(task))
        course.resident_mib |= {name: round(server.resident_mib(), 1) for name, server in servers.items()}
    return course


class Round(NamedTuple):
    """One server's turn in one round; as `benchmarks.serving.results.Turn` has it."""

    bare_us: float
    rush_us: float
    rush_per_s: float
    steady_us: float
    p50_ms: float
    p99_ms: float
    late_ms: float
    asked: int
    failed: int


def measured(server: Server, question: Question, batch: int, bare: Process, effort: Effort) -> Round:
    """The graph alone, the closed loop, and the open one at four fifths of that rate."""
    bare_us = batch * bare.ask("time", batch=batch, calls=-(-effort.bare_calls // batch))[1]
    before = server.cpu_s()
    most = rush(server.port, [question], effort.connections, effort.rush_s)
    rush_us = 1e6 * (server.cpu_s() - before) / most.answered
    time.sleep(SETTLES_S)
    with driven(server.port, [question]) as loop:
        before = server.cpu_s()
        steady = loop.ask("drive", per_s=OF_THE_MOST * most.per_s, seconds=effort.steady_s)
        answered = max(1, steady["asked"] - steady["failed"])
        steady_us = 1e6 * (server.cpu_s() - before) / answered
    return Round(
        bare_us, rush_us, most.per_s, steady_us, steady["p50_ms"], steady["p99_ms"], steady["late_p99_ms"],
        most.answered + steady["asked"], most.failed + steady["failed"],
    )  # fmt: skip


def driven(port: int, questions: Sequence[Question]) -> Process:
    """The open loop, in a process of its own."""
    requests = [base64.b64encode(question.as_bytes(port)).decode() for question in questions]
    return Process(OPEN_LOOP, 1, port=port, requests=requests)


def hold(host: Host, server: Server, windows: Windows, wanted: NDArray[np.float32]) -> None:
    """Asks in JSON, and compares.

    Raises:
        Disagreement: it does not compute the same.
    """
    status, body = server.ask(host.asked[JSON](windows))
    if status != 200:
        raise Disagreement(f"it answers {status}: {body[:200].decode(errors='replace')}")
    off = float(np.abs(np.asarray(host.logits(json.loads(body)), dtype=np.float32) - wanted).max())
    if not off <= MOST_OFF:
        raise Disagreement(f"it does not compute the same: a logit is {off:.4f} off (at most {MOST_OFF})")


def _turns(
    asked: dict[str, tuple[Server, Question]], body: str, batch: int, bare: Process, effort: Effort,
    tick: Callable[[], None],
) -> list[Turn]:  # fmt: skip
    rounds: dict[str, list[Round]] = {name: [] for name in asked}
    for _ in range(effort.rounds):
        for name, (server, question) in asked.items():
            rounds[name].append(measured(server, question, batch, bare, effort))
        tick()
    return [_turn(name, body, batch, each) for name, each in rounds.items()]


def _turn(name: str, body: str, batch: int, rounds: Sequence[Round]) -> Turn:
    *columns, asked, failed = zip(*rounds, strict=True)
    figures = {
        title: tuple(round(each, 3) for each in column)
        for title, column in zip(Round._fields[:-2], columns, strict=True)
    }
    return Turn(server=name, body=body, windows=batch, asked=sum(asked), failed=sum(failed), **figures)


def _bare(model: Path, windows: Windows, stack: ExitStack) -> Process:
    folder = Path(stack.enter_context(TemporaryDirectory()))
    np.savez(folder / "windows.npz", windows=windows)
    return stack.enter_context(
        Process(RUNNER, 1, place=ONNXRUNTIME, file=str(model), windows=str(folder / "windows.npz"), threads=1)
    )


def _started(
    hosts: Sequence[Host], model: Path, windows: Windows, bare: Process, course: Course, stack: ExitStack,
    bar: Progress,
) -> dict[str, Server]:  # fmt: skip
    servers = {}
    wanted = np.asarray(bare.ask("answer", count=COMPARED)["logits"], dtype=np.float32)
    for host in hosts:
        bar.console.print(f"starting {host.name}")
        try:
            first = next(iter(host.asked.values()))(windows[:1])
            server = stack.enter_context(running(host, model, first))
            hold(host, server, windows[:COMPARED], wanted)
            servers[host.name] = server
        except (NotInstalled, WorkerError, Disagreement) as error:
            course.left_out[host.name] = str(error)
            bar.console.print(f"{host.name}: not run: {error}")
    return servers
