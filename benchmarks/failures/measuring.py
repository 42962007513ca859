"""Sixty days of a machine, heard by the code that hears for the service, once for each way to commission it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.progress import Progress

from benchmarks.failures.machines import A_DAY, DAYS, FAILING, HEALTHY, Machine, machine
from benchmarks.machine import machine as computer
from benchmarks.results import Kept, Part
from benchmarks.results import Machine as Computer
from data.fault import Fault
from data.recording import Recording
from service.assets.answer import AxisDiagnosis
from service.assets.asset import Asset
from service.assets.baselines import Standing
from service.assets.commissioning import Order, drafted
from service.assets.diagnosing import Listening, completed
from service.assets.offline.folder import Dated
from service.assets.offline.history import voices
from service.assets.offline.listener import Heard
from service.diagnosis import Diagnosis
from service.engine import Engine
from service.offline import loaded
from service.settings import Settings

COMMISSIONED = (20, 5)
"""Of the first recordings."""

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
HEALTHY_ONES = "."
"""In place of a level: the machine was commissioned on this recording."""


class Listened(Part):
    """What was heard of a machine, a letter for each recording, the first of the word: `w` for watch.

    Attributes:
        levels: `quiet`, `watch`, `alarm`, `no_verdict`; a dot where it was commissioned on it.
        named: of the fault that the voices name together; a dash where there is none.
        network, evidence, change: `quiet`, `raised`, `silent`.
    """

    levels: str
    named: str
    network: str
    evidence: str
    change: str


class Life(Part):
    """A machine; `heard`: by how many recordings it was commissioned on."""

    seed: int
    speed_rpm: float
    fault: Fault | None
    onset_day: float | None
    per_day_db: float | None
    heard: dict[int, Listened]


class Watched(Kept):
    """One run of `brinell bench failures`."""

    machine: Computer
    bundles: dict[str, str]
    seconds: float
    days: int
    a_day: int
    lives: tuple[Life, ...]


def measure(healthy: Sequence[int] = HEALTHY, failing: Sequence[int] = FAILING) -> Watched:
    """All machines of these seeds."""
    began = time.process_time()
    engine = Engine(loaded(Settings()).bundles)
    with Progress() as bar:
        seeds = bar.track([*failing, *healthy], description="machines")
        lives = tuple(_life(engine, machine(seed)) for seed in seeds)
    return Watched(
        machine=computer(),
        bundles={name: each.manifest.version for name, each in engine.bundles.items()},
        seconds=round(time.process_time() - began, 1),
        days=DAYS,
        a_day=A_DAY,
        lives=lives,
    )


def listened(engine: Engine, one: Machine, counts: Iterable[int]) -> Mapping[int, tuple[Standing, Sequence[Heard]]]:
    """What is heard of a machine, by how many of its first recordings it is commissioned on."""
    asset = one.asset
    asked = [(day, recording, engine.diagnose(recording)) for day, recording in one.recordings()]
    found: dict[int, tuple[Standing, Sequence[Heard]]] = {}
    for count in counts:
        healthy = commissioned(asset, [(answer, recording) for _, recording, answer in asked[:count]])
        heard = [
            Heard(
                Dated(Path(f"{day:g}"), BEGAN + timedelta(days=day), recording.speed_rpm),
                str(number),
                {"x": _completed(asset, healthy, answer, recording)},
            )
            for number, (day, recording, answer) in enumerate(asked)
        ]
        found[count] = (healthy, heard)
    return found


def commissioned(asset: Asset, healthy: Sequence[tuple[Diagnosis, Recording]]) -> Standing:
    """As `POST /v1/assets/{id}/baseline` commissions."""
    answers = [_completed(asset, None, answer, recording) for answer, recording in healthy]
    [standing] = drafted(Order(answers={"x": answers}, mode="new"), {}, 1)
    return standing


def _completed(asset: Asset, healthy: Standing | None, answer: Diagnosis, recording: Recording) -> AxisDiagnosis:
    return completed(Listening(asset, asset.axes[0], healthy), answer, recording)[0]


def _life(engine: Engine, one: Machine) -> Life:
    damage = one.damage
    heard = listened(engine, one, COMMISSIONED)
    return Life(
        seed=one.seed,
        speed_rpm=round(one.rig.speed_rpm, 1),
        fault=None if damage is None else damage.fault,
        onset_day=None if damage is None else round(damage.onset_day, 3),
        per_day_db=None if damage is None else round(damage.per_day_db, 4),
        heard={count: _told([each.axes["x"] for each in of_count], count) for count, (_, of_count) in heard.items()},
    )


def _told(answers: Sequence[AxisDiagnosis], count: int) -> Listened:
    said = [voices(answer) for answer in answers]
    return Listened(
        levels=HEALTHY_ONES * count + "".join(answer.combined.level[0] for answer in answers[count:]),
        named="".join("-" if answer.combined.fault is None else answer.combined.fault[0] for answer in answers),
        **{voice: "".join(each[voice][0] for each in said) for voice in ("network", "evidence", "change")},
    )
