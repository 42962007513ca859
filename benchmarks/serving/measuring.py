"""One run of `brinell bench serve`."""

import os
from collections.abc import Sequence
from dataclasses import replace

from rich.progress import Progress

from benchmarks.machine import machine
from benchmarks.measuring import NothingChosen, progress, shipped
from benchmarks.process import WorkerError
from benchmarks.serving.effort import QUICK, WHOLE, Effort
from benchmarks.serving.hosts import HOSTS, OURS, Host
from benchmarks.serving.race import race
from benchmarks.serving.results import Served, StoreCost
from benchmarks.serving.store_cost import store_cost
from models.bundle import MODEL

STORE = "store"


def measure(only: str | None, rounds: int | None, quick: bool) -> Served:
    """The servers whose name holds `only`, and ours; and what the store costs.

    Raises:
        NothingChosen: nothing's name does.
        NoSuchBundle: the bundle is not whole, or not right on this processor.
    """
    effort = QUICK if quick else WHOLE
    effort = effort if rounds is None else replace(effort, rounds=rounds)
    hosts = _chosen(only or "")
    bundle, load = shipped(), os.getloadavg()[0]
    model, windows = bundle.folder / MODEL, bundle.golden().windows
    with progress() as bar:
        course = race(hosts, model, windows, effort, bar)
        return Served(
            machine=machine(),
            bundle=bundle.identity,
            rounds=effort.rounds,
            quick=quick,
            connections=effort.connections,
            load=round(load, 1),
            turns=tuple(course.turns),
            resident_mib=course.resident_mib,
            not_run=course.left_out,
            store=_store(effort, bar) if (only or "") in STORE else None,
        )


def _chosen(only: str) -> Sequence[Host]:
    """Those whose name holds the text, and with them ours: it is what the others are compared with."""
    found = [host for host in HOSTS if only in host.name]
    if not found and only not in STORE:
        raise NothingChosen(f"{only!r} names none of {', '.join(host.name for host in HOSTS)}, {STORE}")
    return [host for host in HOSTS if host in found or (found and host is OURS)]


def _store(effort: Effort, bar: Progress) -> StoreCost | None:
    try:
        return store_cost(shipped().folder / MODEL, effort, bar)
    except WorkerError as error:
        bar.console.print(f"{STORE}: not run: {error}")
        return None
