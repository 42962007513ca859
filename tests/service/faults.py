"""A PostgreSQL server, a small disk, and a clock that jumps: all as a service meets them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from tests.service.process import free_port

USERS = "setpriv --reuid=postgres --regid=postgres --clear-groups"


@dataclass(frozen=True)
class Postgres:
    """A server that can be stopped and started."""

    folder: Path
    programs: Path
    port: int

    @property
    def url(self) -> str:
        """Of its database."""
        return f"postgresql://test@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *words: str) -> None:
        """One of its programs, as a user that may be no root."""
        user = USERS.split() if os.getuid() == 0 else []
        environment = ["env", "-i", f"PATH={os.environ['PATH']}", "LC_ALL=C.UTF-8"]
        command = [*user, *environment, str(self.programs / program), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        """Answers afterwards."""
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder}"
        log = str(self.folder / "log")
        self.run("pg_ctl", "-w", "-D", str(self.folder / "data"), "-o", options, "-l", log, "start")

    def stop(self) -> None:
        """At once, as by a power loss of its host."""
        self.run("pg_ctl", "-w", "-D", str(self.folder / "data"), "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        _without("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path("/tmp") / f"brinell-postgres-{os.getpid()}"
    folder.mkdir()
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    server = Postgres(folder, found[-1].parent, free_port())
    server.run("initdb", "-D", str(folder / "data"), "-U", "test", "-A", "trust", "--no-sync")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def postgres(postgres_server: Postgres) -> Postgres:
    """The server, with an empty database."""
    postgres_server.run(
        "psql", "-q", "-h", "127.0.0.1", "-p", str(postgres_server.port), "-U", "test", "-d", "postgres",
        "-c", "SET client_min_messages = error", "-c", "DROP SCHEMA public CASCADE", "-c", "CREATE SCHEMA public",
    )  # fmt: skip
    return postgres_server


@pytest.fixture(params=["sqlite", "postgresql"])
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store of each kind, empty."""
    if request.param == "sqlite":
        return str(tmp_path / "brinell.db")
    return str(request.getfixturevalue("postgres").url)


@dataclass(frozen=True)
class Disk:
    """An ext4 filesystem of 16 MiB in a file of its own."""

    image: Path
    folder: Path

    def mount(self) -> None:
        """Reads its journal, as after a power loss."""
        subprocess.run(["mount", "-o", "loop", self.image, self.folder], check=True, capture_output=True)

    def unmount(self) -> None:
        """What was not written to it by then is written, unless it was cut off before."""
        subprocess.run(["umount", self.folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "disk.img", tmp_path / "disk")
    made.folder.mkdir()
    with made.image.open("wb") as file:
        file.truncate(16 << 20)
    try:
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", made.image], check=True, capture_output=True)
        made.mount()
    except (OSError, subprocess.CalledProcessError):
        _without("no filesystem can be mounted here (Linux, root, mkfs.ext4 and loop devices are needed)")
    yield made
    made.unmount()


@dataclass(frozen=True)
class WallClock:
    """What the clock of the processes that are started under it says; the time that passes is the real one."""

    file: Path

    def set(self, offset: str) -> None:
        """So far from the true time from now on: `-1h`, `+1d`, `+0`."""
        fresh = self.file.with_name("next")
        fresh.write_text(offset)
        fresh.rename(self.file)  # it is read again whenever somebody asks for the time

    @property
    def environment(self) -> dict[str, str] | None:
        """Of a process that is to be under it; None where libfaketime is not installed."""
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            return None
        return {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.fixture
def wall_clock(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> WallClock:
    clock = WallClock(tmp_path_factory.mktemp("clock") / "offset")
    environment = clock.environment
    if environment is None:
        _without("libfaketime is not installed (Debian: apt-get install faketime)")
    clock.set("+0")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return clock


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
