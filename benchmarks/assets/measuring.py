"""A filled store, a service upon it, and what it takes to be told how a machine went."""

import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.assets.filling import ASSETS, fill, name_of
from benchmarks.machine import machine
from benchmarks.measuring import shipped
from benchmarks.process import WorkerError
from benchmarks.results import Kept, Machine, Part
from benchmarks.serving.hosts import OURS, Host, ours
from benchmarks.serving.questions import Question
from benchmarks.serving.race import driven
from benchmarks.serving.server import Server, running
from benchmarks.serving.soak import diagnosis_question
from data.fault import FAULTS
from models.bundle import MODEL
from service.store.opening import opened

PER_S = 10.0
SECONDS = 30.0
"""Three hundred requests of each kind: the p99 is the third largest."""

DIFFERENT = 200
"""Requests of each kind; they are given to the one that asks on its command line, which holds no more."""

WARM_S = 5.0


class Asked(Part):
    """One kind of question; `benchmarks.serving.open_loop.OpenLoop.drive` has the units.

    Attributes:
        bytes: of one answer.
    """

    title: str
    asked: int
    failed: int
    p50_ms: float
    p99_ms: float
    bytes: int


class OfStore(Part):
    """What one kind of store took; `load` is of the machine, before and after."""

    title: str
    filled_s: float
    load: tuple[float, float]
    asked: tuple[Asked, ...]


class Remembered(Kept):
    """One run of `brinell bench assets`."""

    machine: Machine
    assets: int
    diagnoses: int
    per_s: float
    stores: tuple[OfStore, ...]


def measure(postgres: str | None, diagnoses: int) -> Remembered:
    """Of SQLite in a temporary folder, and of the empty database at a URL of PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        stores = [_of_store("SQLite", str(Path(folder) / "brinell.db"), diagnoses)]
    if postgres is not None:
        stores.append(_of_store("PostgreSQL", postgres, diagnoses))
    return Remembered(machine=machine(), assets=ASSETS, diagnoses=diagnoses, per_s=PER_S, stores=tuple(stores))


def _of_store(title: str, place: str, diagnoses: int) -> OfStore:
    began = time.monotonic()
    with opened(place, "fast") as (database, _):
        fill(database, diagnoses)
    filled_s = time.monotonic() - began
    host = Host(OURS.name, OURS.title, OURS.asked, OURS.logits, ours(store=place))
    before = os.getloadavg()[0]
    with running(host, shipped().folder / MODEL, diagnosis_question()) as server:
        asked = tuple(_asked(server, name, ask) for name, ask in QUESTIONS.items())
    return OfStore(
        title=title, filled_s=round(filled_s, 1), load=(round(before, 1), round(os.getloadavg()[0], 1)), asked=asked
    )


def _asked(server: Server, title: str, ask: Callable[[random.Random], str]) -> Asked:
    rng = random.Random(title)
    questions = [Question(ask(rng), {}, b"", "GET") for _ in range(DIFFERENT)]
    status, body = server.ask(questions[0])
    if status != 200:
        raise WorkerError(f"{questions[0].path}: {status}: {body[:200].decode(errors='replace')}")
    with driven(server.port, questions) as loop:
        loop.ask("drive", per_s=PER_S, seconds=WARM_S)
        told = loop.ask("drive", per_s=PER_S, seconds=SECONDS)
    told.pop("late_p99_ms")
    return Asked(title=title, bytes=len(body), **told)


def _any_asset(rng: random.Random) -> str:
    return name_of(rng.randrange(ASSETS))


def _trend(rng: random.Random) -> str:
    return f"/v1/assets/{_any_asset(rng)}/trend"


def _page(rng: random.Random) -> str:
    return f"/v1/diagnoses?{urlencode({'asset': _any_asset(rng)})}"


def _page_of_fault(rng: random.Random) -> str:
    return f"/v1/diagnoses?{urlencode({'asset': _any_asset(rng), 'fault': rng.choice(FAULTS).value})}"


QUESTIONS: dict[str, Callable[[random.Random], str]] = {
    "trend of an asset, all of its year": _trend,
    "page of 50 diagnoses of an asset": _page,
    "page of 50 diagnoses of an asset with one fault": _page_of_fault,
}
