"""What the store does when something is taken from it: the process, the power, the disk, the lock, the server."""

import contextlib
import fcntl
import os
import sqlite3
import struct
import time
from pathlib import Path

import httpx2
import pytest

from tests.service.faults import Disk, Postgres
from tests.service.process import Process, brinell, free_port, wait_until_ready
from tests.service.store.served import Load, Served, holds_each_once, load, served

EXT4_SHUTDOWN = 0x8004587D
WITHOUT_FLUSHING = 2


def answers_again(service: Served) -> httpx2.Response:
    until = time.monotonic() + 30
    while (answer := service.ask()).status_code == 503:
        assert time.monotonic() < until, answer.text
        time.sleep(0.2)
    return answer


def fill(file: Path) -> None:
    """Until nothing more fits on its disk."""
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))


@pytest.mark.parametrize("durability", ["power-safe", "fast"])
def test_a_killed_service_has_stored_every_answer_that_it_gave_and_none_twice(tmp_path: Path, durability: str) -> None:
    with served(state=tmp_path, durability=durability) as service, load(service) as told:
        told.wait_for(60)
        service.kill()
    with served(state=tmp_path) as service:
        holds_each_once(service, told)


@pytest.mark.slow
def test_a_service_that_is_killed_again_and_again_loses_nothing(tmp_path: Path) -> None:
    everything = Load()
    for turn in range(8):
        with served(state=tmp_path) as service, load(service, clients=8) as told:
            told.wait_for(20 + 15 * turn)
            service.kill()
        everything.answers |= {f"{turn}-{key}": answer for key, answer in told.answers.items()}
    with served(state=tmp_path) as service:
        stored = {diagnosis["id"] for diagnosis in service.stored()}
        assert {answer["id"] for answer in everything.answers.values()} <= stored


def test_after_a_power_loss_every_answer_is_there(disk: Disk) -> None:
    unsynced = disk.folder / "unsynced"
    with served(state=disk.folder / "state") as service, load(service) as told:
        told.wait_for(60)
        unsynced.write_bytes(bytes(5000))
        folder = os.open(disk.folder, os.O_RDONLY)
        fcntl.ioctl(folder, EXT4_SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING))
        os.close(folder)
        service.kill()
    disk.unmount()
    disk.mount()
    assert not unsynced.exists()  # the power was really lost
    with served(state=disk.folder / "state") as service:
        holds_each_once(service, told)


def test_a_full_disk_refuses_what_cannot_be_stored_and_loses_nothing(disk: Disk) -> None:
    ballast = disk.folder / "ballast"
    with served(state=disk.folder / "state") as service, load(service, clients=2) as told:
        told.wait_for(10)
        fill(ballast)
        until = time.monotonic() + 60
        while (refused := service.ask()).status_code == 200:
            assert time.monotonic() < until
            told.answers[refused.json()["id"]] = refused.json()
        told.ended = True
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.json()["field"] == "store"
        assert "disk of the store is full" in refused.json()["reason"]
        assert "Free space" in refused.json()["what_to_do"]
        for answer in list(told.answers.values()):
            assert service.client.get(f"/v1/diagnoses/{answer['id']}").json() == answer
        ballast.unlink()
        assert service.client.get(f"/v1/diagnoses/{answers_again(service).json()['id']}").status_code == 200


def test_a_store_that_another_process_locks_refuses_and_then_answers_again(tmp_path: Path) -> None:
    with served(state=tmp_path) as service:
        other = sqlite3.connect(tmp_path / "brinell.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refused = service.ask()
        assert refused.status_code == 503
        assert "another process holds the store locked" in refused.json()["reason"]
        assert "Retry-After" in refused.headers
        assert service.client.get("/v1/diagnoses").json()["diagnoses"] == []
        other.execute("ROLLBACK")
        other.close()
        answer = answers_again(service)
        assert [diagnosis["id"] for diagnosis in service.stored()] == [answer.json()["id"]]


def test_fast_goes_on_answering_while_the_store_is_locked_and_stores_it_all_later(tmp_path: Path) -> None:
    with served(state=tmp_path, durability="fast", commit_seconds=0.2) as service:
        other = sqlite3.connect(tmp_path / "brinell.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ids = [service.ask().json()["id"] for _ in range(20)]
        other.execute("ROLLBACK")
        other.close()
        until = time.monotonic() + 30
        while sorted(diagnosis["id"] for diagnosis in service.stored()) != ids:
            assert time.monotonic() < until
            time.sleep(0.2)


def test_fast_stores_what_waits_when_it_is_told_to_stop(tmp_path: Path) -> None:
    with served(state=tmp_path, durability="fast", commit_seconds=3600) as service:
        ids = [service.ask().json()["id"] for _ in range(5)]
        assert service.stored() == []
    with served(state=tmp_path) as service:
        assert sorted(diagnosis["id"] for diagnosis in service.stored()) == ids


def test_postgresql_may_go_and_come_back(postgres: Postgres) -> None:
    with served(store=postgres.url) as service:
        with load(service, clients=2) as told:
            told.wait_for(20)
            postgres.stop()
            try:
                refused = service.ask()
                assert refused.status_code == 503
                assert "PostgreSQL does not answer" in refused.json()["reason"]
                assert "Retry-After" in refused.headers
                assert service.client.get("/v1/diagnoses").status_code == 503
                assert service.client.get("/healthz").status_code == 200
            finally:
                postgres.start()
            told.answers["after"] = answers_again(service).json()
        # The clients have ended: nothing is answered any more while the store is read.
        stored = {diagnosis["id"] for diagnosis in service.stored()}
        assert {answer["id"] for answer in told.answers.values()} <= stored


def test_a_damaged_file_is_kept_aside_and_said_so(tmp_path: Path) -> None:
    with served(state=tmp_path) as service:
        service.ask()
    file = tmp_path / "brinell.db"
    damaged = bytearray(file.read_bytes())
    damaged[:100] = bytes(100)
    file.write_bytes(damaged)
    with served(state=tmp_path) as service:
        assert service.stored() == []
        assert service.ask().status_code == 200
        service.process.terminate()
        said = service.process.said()
    [aside] = tmp_path.glob("brinell.db.damaged-*")
    assert aside.read_bytes() == bytes(damaged)
    assert str(aside) in said
    assert "brinell restore" in said


def test_damage_inside_is_found_after_a_service_was_killed(tmp_path: Path) -> None:
    with served(state=tmp_path) as service:
        for _ in range(30):
            service.ask()
    file = tmp_path / "brinell.db"
    with file.open("r+b") as pages:
        pages.seek(4096 * 8)
        pages.write(b"\xff" * 4096 * 2)
    file.with_name("brinell.db-wal").write_bytes(b"")  # what a killed process leaves
    with served(state=tmp_path) as service:
        assert service.stored() == []
    assert len(list(tmp_path.glob("brinell.db.damaged-*"))) == 1


def test_two_services_that_start_at_once_share_one_store(tmp_path: Path, postgres: Postgres) -> None:
    for settings in ({"state": tmp_path}, {"store": postgres.url}):
        ports = [free_port(), free_port()]
        processes = [Process(port, **settings) for port in ports]
        try:
            ids = []
            for port, process in zip(ports, processes, strict=True):
                with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                    wait_until_ready(process, str(client.base_url))
                    ids += [Served(process, client).ask().json()["id"] for _ in range(3)]
            with httpx2.Client(base_url=f"http://127.0.0.1:{ports[0]}", timeout=60) as client:
                stored = [diagnosis["id"] for diagnosis in Served(processes[0], client).stored()]
            assert sorted(stored) == sorted(ids)
        finally:
            for process in processes:
                process.terminate()
                process.wait(timeout=60)


def test_what_keeps_the_store_from_opening_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    process = Process(free_port(), state=tmp_path / "file")
    errors = process.said()
    assert process.returncode == 1
    assert errors.startswith("error: ")
    assert "Set BRINELL_STATE" in errors
    assert errors.count("\n") == 1


def test_a_database_in_another_encoding_is_refused_in_one_line(postgres: Postgres) -> None:
    where = ["-h", "127.0.0.1", "-p", str(postgres.port), "-U", "test"]
    postgres.run("createdb", *where, "-E", "SQL_ASCII", "-T", "template0", "ascii")
    try:
        process = Process(free_port(), store=postgres.url.replace("/postgres", "/ascii"))
        errors = process.said()
    finally:
        postgres.run("dropdb", *where, "ascii")
    assert process.returncode == 1
    assert errors.startswith("error: the database ascii is in SQL_ASCII")
    assert "createdb --encoding UTF8" in errors
    assert errors.count("\n") == 1


def test_a_running_service_is_backed_up_but_not_restored(tmp_path: Path) -> None:
    with served(state=tmp_path) as service:
        service.ask()
        copy = tmp_path / "copy.db"
        assert brinell("backup", copy, state=tmp_path) == f"{copy}: 1 diagnoses; {copy}.recordings: 0 signals"
        assert "is in use" in brinell("restore", "--force", copy, state=tmp_path, code=1)
        assert len(service.stored()) == 1
