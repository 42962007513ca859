"""What the store costs a flash memory: the blocks that a day of diagnoses writes, file system included."""

import asyncio
import os
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import Progress, TaskID

from benchmarks.answers import answers
from benchmarks.measuring import progress
from benchmarks.process import WorkerError
from service.diagnosis import Diagnosis
from service.store import writing
from service.store.identity import Clock
from service.store.opening import opened
from service.store.retention import Retention
from service.store.row import Row, row
from service.store.store import INDEX_AFTER, Store

SOURCES = 100
MINUTES_A_DAY = 1440
COMMIT_MINUTES = 5
"""As the service does by itself: BRINELL_COMMIT_SECONDS."""
SECTOR = 512
MB = 1e6
JOURNAL_S = 5
"""ext4 commits its journal this often where something has changed."""

KEPT = Retention(days=36_500, mib=1 << 20)
A_DAY = MINUTES_A_DAY * SOURCES
SHARE = 0.1
"""Of a day, where each diagnosis has a commit of its own."""


def wear() -> Iterator[str]:
    """Of `SOURCES`, one diagnosis a minute each: a day in `fast`, a tenth of one in `power-safe`, without the waiting.

    Where time would have passed the filesystem is synced, as its own timers would have done.

    Raises:
        WorkerError: not as root on Linux with ext4's tools.
    """
    with progress() as bar:
        task = bar.add_task("fast", total=A_DAY)
        yield f"fast: {_written(lambda folder: _minutes_a_commit(folder, bar, task))}"
        task = bar.add_task("power-safe", total=round(SHARE * A_DAY))
        yield f"power-safe: {_written(lambda folder: _one_a_commit(folder, bar, task))}"


def _written(fill: Callable[[Path], int]) -> str:
    with small_disk() as (folder, device):
        before = sectors_written(device)
        count = fill(folder)
        _sync(folder)
        written = SECTOR * (sectors_written(device) - before) * A_DAY / count / MB
        size = sum(file.stat().st_size for file in folder.glob("brinell.db*")) / MB
    return f"{written:.0f} MB written a day ({count:,} diagnoses; {size:.0f} MB of files)"


def _minutes_a_commit(folder: Path, bar: Progress, task: TaskID) -> int:
    rng, unindexed = random.Random(0), 0
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
            bar.advance(task, len(rows))
    return A_DAY


def _one_a_commit(folder: Path, bar: Progress, task: TaskID) -> int:
    rng, count = random.Random(0), round(SHARE * A_DAY)
    between_syncs = round(JOURNAL_S * SOURCES / 60)

    async def one_after_another(store: Store) -> None:
        for number in range(count):
            await store.keep(store.entry(_answer(rng), f"mill {number % SOURCES}, fan, drive end"))
            if number % between_syncs == 0:
                _sync(folder)
            bar.advance(task)

    with Store.open(str(folder / "brinell.db"), "power-safe", KEPT, 60) as store:
        asyncio.run(one_after_another(store))
    return count


def _row(clock: Clock, source: str, rng: random.Random) -> Row:
    identity, now = clock.new_id()
    answer = _answer(rng)
    return row(identity, now, answer, answer.model_dump_json().encode(), source=source, key=None, fingerprint=None)


def _answer(rng: random.Random) -> Diagnosis:
    """What the shipped bundles say about a simulated machine, each time as of another request."""
    answer = rng.choice(answers())
    return answer.model_copy(update={"request_id": f"{rng.getrandbits(128):032x}"})


@contextmanager
def small_disk() -> Iterator[tuple[Path, str]]:
    """An ext4 filesystem in a file, and the name of its block device.

    Raises:
        WorkerError: not as root on Linux with ext4's tools.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise WorkerError("a filesystem of its own is mounted, which needs root on Linux")
    with tempfile.TemporaryDirectory() as scratch:
        image, folder = Path(scratch) / "disk.img", Path(scratch) / "disk"
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(1 << 30)
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image)
        _run("mount", "-o", "loop,noatime", image, folder)
        try:
            _sync(folder)
            yield folder, Path(os.path.realpath(f"/sys/dev/block/{_numbers(folder)}")).name
        finally:
            _run("umount", folder)


def _numbers(folder: Path) -> str:
    device = folder.stat().st_dev
    return f"{os.major(device)}:{os.minor(device)}"


def sectors_written(device: str) -> int:
    """Of 512 bytes, since the device is there (Documentation/block/stat in the kernel)."""
    return int(Path(f"/sys/block/{device}/stat").read_text().split()[6])


def _sync(folder: Path) -> None:
    # Only this filesystem, not those of the whole machine.
    _run("sync", "--file-system", folder)


def _run(*command: str | Path) -> None:
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise WorkerError(f"{command[0]}: {error}") from None
