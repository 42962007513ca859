"""What the store costs: blocks of flash a day, CPU a diagnosis, milliseconds a page.

python -m benchmarks.store wear      # as root on Linux: mounts a filesystem of its own and reads its block counter
python -m benchmarks.store cpu
python -m benchmarks.store pages [STORE]    # a path, or postgresql://... of an EMPTY database, which is filled
"""

import asyncio
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from sqlalchemy import func, select

from data.fault import Fault
from data.geometry import Geometry
from data.recording import Recording
from data.rig import draw_rig, simulate
from service.diagnosis import Diagnosis
from service.engine import Engine
from service.registry import Registry
from service.settings import Settings
from service.store import reading, writing
from service.store.database import Durability
from service.store.identity import Clock
from service.store.opening import opened
from service.store.reading import Wanted
from service.store.retention import Retention
from service.store.row import Row, row
from service.store.store import INDEX_AFTER, Store
from service.store.tables import StoredDiagnosis

app = typer.Typer(no_args_is_help=True, help=__doc__)

SOURCES = 100
MINUTES_A_DAY = 1440
COMMIT_MINUTES = 5
"""As the service does by itself: BRINELL_COMMIT_SECONDS."""
SECTOR = 512
MB = 1e6
JOURNAL_S = 5
"""ext4 commits its journal this often where something has changed."""

FAULTS = ("normal", "inner_race", "outer_race", "rolling_element")
KEPT = Retention(days=36_500, mib=1 << 20)
MACHINES = 60
FAULT_OF_MACHINE = (*(Fault.NORMAL,) * 7, Fault.OUTER_RACE, Fault.INNER_RACE, Fault.ROLLING_ELEMENT)


@app.command()
def wear() -> None:
    """100 sources, one diagnosis a minute each: a day in `fast`, a tenth of one in `power-safe`, without the waiting.

    Where time would have passed the filesystem is synced, as its own timers would have done.
    """
    for durability, share in (("fast", 1.0), ("power-safe", 0.1)):
        with small_disk() as (folder, device):
            rng = random.Random(0)
            before = sectors_written(device)
            count = _minutes_a_commit(folder, rng) if durability == "fast" else _one_a_commit(folder, rng, share)
            _sync(folder)
            written = SECTOR * (sectors_written(device) - before) / share / MB
            size = sum(file.stat().st_size for file in folder.glob("brinell.db*")) / MB
        typer.echo(f"{durability}: {written:.0f} MB written a day ({count} diagnoses; {size:.0f} MB of files)")


def _minutes_a_commit(folder: Path, rng: random.Random) -> int:
    unindexed = 0
    with opened(str(folder / "brinell.db"), "fast") as (database, clock):
        for _ in range(MINUTES_A_DAY // COMMIT_MINUTES):
            rows = [_row(clock, f"mill {number % SOURCES}", rng) for number in range(COMMIT_MINUTES * SOURCES)]
            with database.writing() as connection:
                writing.add(connection, rows)
            unindexed += len(rows)
            if unindexed >= INDEX_AFTER:
                with database.writing() as connection:
                    writing.index(connection)
                unindexed = 0
            _sync(folder)
    return MINUTES_A_DAY * SOURCES


def _one_a_commit(folder: Path, rng: random.Random, share: float) -> int:
    count = round(share * MINUTES_A_DAY * SOURCES)
    between_syncs = round(JOURNAL_S * SOURCES / 60)

    async def one_after_another(store: Store) -> None:
        for number in range(count):
            await store.keep(store.entry(_answer(rng), f"mill {number % SOURCES}, fan, drive end"))
            if number % between_syncs == 0:
                _sync(folder)

    with Store.open(str(folder / "brinell.db"), "power-safe", KEPT, 60) as store:
        asyncio.run(one_after_another(store))
    return count


@app.command()
def cpu() -> None:
    """CPU that storing adds to a diagnosis: packing, queueing, the commit; not the JSON, which is made in any case."""
    rng = random.Random(0)
    answers = [_answer(rng) for _ in range(2000)]
    began = time.process_time()
    for answer in answers:
        answer.model_copy(update={"id": "0" * 16}).model_dump_json().encode()
    json_us = 1e6 * (time.process_time() - began) / len(answers)
    durabilities: tuple[Durability, ...] = ("power-safe", "fast")
    for durability in durabilities:
        for at_once in (1, 4, 16, 64):
            with (
                tempfile.TemporaryDirectory() as folder,
                Store.open(str(Path(folder) / "brinell.db"), durability, KEPT, 60) as store,
            ):
                time.sleep(0.2)  # what is done once at the start
                began = time.process_time()
                asyncio.run(_keep_all(store, answers, at_once))
                spent_us = 1e6 * (time.process_time() - began) / len(answers)
            typer.echo(f"{durability}, {at_once} at once: {spent_us - json_us:.0f} us (and {json_us:.0f} for the JSON)")


async def _keep_all(store: Store, answers: list[Diagnosis], at_once: int) -> None:
    waiting = iter(answers)

    async def client() -> None:
        for answer in waiting:
            await store.keep(store.entry(answer, "mill 1, fan, drive end"))

    await asyncio.gather(*(client() for _ in range(at_once)))


@app.command()
def pages(
    store: Annotated[str | None, typer.Argument()] = None,
    diagnoses: int = 1_000_000,
    asked: int = 2000,
) -> None:
    """Fills an empty store and asks it for pages of 50 by all that can be asked for; wall clock, one at a time."""
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as folder, opened(store or str(Path(folder) / "brinell.db"), "fast") as opening:
        database, clock = opening
        made = [_row(clock, f"mill {number}", rng) for number in range(1000)]
        for _ in range(0, diagnoses, len(made)):
            for one in made:
                one["id"], one["time_us"] = clock.new_id()
                one["source"] = f"mill {rng.randrange(1000)}, fan, drive end"
                one["fault"] = rng.choices(FAULTS, (90, 4, 5, 1))[0]
            with database.writing() as connection:
                writing.add(connection, made)
        while True:
            with database.writing() as connection:
                if not writing.index(connection):
                    break
        with database.reading() as connection:
            ids = select(func.min(StoredDiagnosis.id), func.max(StoredDiagnosis.id))
            first, last = connection.execute(ids).one()
        took = []
        for _ in range(asked):
            values = [("source", f"mill {rng.randrange(1000)}, fan, drive end"), ("fault", rng.choice(FAULTS)),
                      ("bundle", rng.choice(("aligned", "aligned/1.0.0", "order")))]  # fmt: skip
            wanted = Wanted(tuple(rng.sample(values, rng.randrange(4))), before=rng.randrange(first, last))
            began = time.perf_counter()
            with database.reading() as connection:
                reading.page(connection, wanted, 51)
            took.append(1e3 * (time.perf_counter() - began))
    took.sort()
    typer.echo(f"{diagnoses} diagnoses: p50 {took[asked // 2]:.1f} ms, p99 {took[int(0.99 * asked)]:.1f} ms")


def _row(clock: Clock, source: str, rng: random.Random) -> Row:
    identity, now = clock.new_id()
    answer = _answer(rng)
    return row(identity, now, answer, answer.model_dump_json().encode(), source=source, key=None, fingerprint=None)


def _answer(rng: random.Random) -> Diagnosis:
    """What the shipped bundles say about a simulated machine, each time as of another request."""
    answer = rng.choice(answers())
    return answer.model_copy(update={"request_id": f"{rng.getrandbits(128):032x}"})


@cache
def answers() -> list[Diagnosis]:
    """What the shipped bundles say about simulated machines."""
    engine = Engine(Registry.load(Settings().bundles).bundles)
    return [engine.diagnose(_recording(seed)) for seed in range(MACHINES)]


def _recording(seed: int) -> Recording:
    """Of two seconds; of every three machines one gives speed and bearing, one the speed, one nothing."""
    rng = np.random.default_rng(seed)
    geometry = Geometry(9, 0.2034)
    rig = draw_rig(rng, geometry=geometry, rate_hz=48_000.0, speed_rpm=1800.0, snr_db=0.0)
    recording = simulate(rig, FAULT_OF_MACHINE[seed % len(FAULT_OF_MACHINE)], 2.0, rng)
    if seed % 3 == 0:
        return recording
    return replace(recording, orders=None, bearing=None, speed_rpm=recording.speed_rpm if seed % 3 == 1 else None)


@contextmanager
def small_disk() -> Iterator[tuple[Path, str]]:
    """An ext4 filesystem in a file, and the name of its block device."""
    with tempfile.TemporaryDirectory() as scratch:
        image, folder = Path(scratch) / "disk.img", Path(scratch) / "disk"
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(1 << 30)
        subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image], check=True)
        subprocess.run(["mount", "-o", "loop,noatime", image, folder], check=True)
        try:
            _sync(folder)
            yield folder, Path(os.path.realpath(f"/sys/dev/block/{_numbers(folder)}")).name
        finally:
            subprocess.run(["umount", folder], check=True)


def _numbers(folder: Path) -> str:
    device = folder.stat().st_dev
    return f"{os.major(device)}:{os.minor(device)}"


def sectors_written(device: str) -> int:
    """Of 512 bytes, since the device is there (Documentation/block/stat in the kernel)."""
    return int(Path(f"/sys/block/{device}/stat").read_text().split()[6])


def _sync(folder: Path) -> None:
    # Only this filesystem, not those of the whole machine.
    subprocess.run(["sync", "--file-system", folder], check=True)


if __name__ == "__main__":
    app()
