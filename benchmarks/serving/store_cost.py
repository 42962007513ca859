"""What it costs to keep a diagnosis: the same question to services that differ in their store alone."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from rich.progress import Progress

from benchmarks.serving.closed_loop import rush
from benchmarks.serving.effort import Effort
from benchmarks.serving.hosts import OURS, Host, ours
from benchmarks.serving.questions import BINARY, TYPES, Question
from benchmarks.serving.results import StoreCost
from benchmarks.serving.server import Server, running

STORES: Mapping[str, dict[str, str]] = {
    "none": {"store": "none"},
    "fast": {"durability": "fast"},
    "power-safe": {"durability": "power-safe"},
}
SAMPLES, RATE_HZ = 512, 12_000


def flat_line() -> Question:
    """`POST /v1/diagnose` of a sensor that is dead: the answer that costs least and is kept, so the store is seen."""
    samples = np.zeros(SAMPLES, dtype="<f4").tobytes()
    return Question(f"/v1/diagnose?rate_hz={RATE_HZ}", {"Content-Type": TYPES[BINARY]}, samples)


def store_cost(model: Path, effort: Effort, bar: Progress) -> StoreCost:
    """Asks them in turn, round after round."""
    task = bar.add_task("store", total=effort.rounds)
    asked = flat_line()
    cpu: dict[str, list[float]] = {name: [] for name in STORES}
    per_s: dict[str, list[float]] = {name: [] for name in STORES}
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(running(_with(settings), model, asked)) for name, settings in STORES.items()
        }
        for _ in range(effort.rounds):
            for name, server in servers.items():
                spent, answered = _asked(server, asked, effort)
                cpu[name].append(round(spent, 1))
                per_s[name].append(round(answered, 1))
            bar.advance(task)
    return StoreCost(
        asked=f"{SAMPLES} samples of a flat line: the answer that costs least and is kept",
        cpu_us={name: tuple(each) for name, each in cpu.items()},
        per_s={name: tuple(each) for name, each in per_s.items()},
    )


def _with(settings: dict[str, str]) -> Host:
    return Host(OURS.name, OURS.title, OURS.asked, OURS.logits, ours(**settings))


def _asked(server: Server, question: Question, effort: Effort) -> tuple[float, float]:
    before = server.cpu_s()
    found = rush(server.port, [question], effort.connections, effort.rush_s)
    time.sleep(0.2)  # what is still written behind the answers counts
    return 1e6 * (server.cpu_s() - before) / found.answered, found.per_s
