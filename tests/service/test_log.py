"""The log of a real process: nobody reads it, and the service goes on."""

import os
import signal
import subprocess
import sys
import time

import httpx2
import pytest

from tests.service.process import ROOT, free_port

REQUESTS = 1500
PATH = "/" + "x" * 400
"""A line of it is longer than this: all of them fill a pipe (64 KiB) ten times."""


def test_a_log_that_nobody_reads_stops_nothing() -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "brinell", "serve"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "BRINELL_PORT": str(port)},
    )  # fmt: skip
    assert process.stderr is not None
    try:
        with httpx2.Client(base_url=url, timeout=5) as client:
            until_ready(process, client)
            for _ in range(REQUESTS):
                assert client.get(PATH).status_code == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        said = process.stderr.read()
    assert said.count(b"\n") < REQUESTS  # it was full, and nothing waited for it


def test_what_does_not_fit_is_counted_and_said() -> None:
    script = """
import logging, os, sys, time
from service import logs, unwaited_log
logs.configure("plain", "info")
for number in range(unwaited_log.CAPACITY + 3000):
    logging.info("line %d %s", number, "x" * 80)
dropped = unwaited_log.dropped()
print(dropped, flush=True)
sys.stdin.read(1)
while logging.getLogger().handlers[0].queue.unfinished_tasks:
    time.sleep(0.01)
logging.info("the last")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    dropped = int(process.stdout.readline())
    _, said = process.communicate("x", timeout=60)
    assert 0 < dropped <= 3000
    lines = said.splitlines()
    said_so = [int(line.split()[3]) for line in lines if line.endswith("lines of the log were dropped: nobody read it")]
    assert sum(said_so) == dropped
    assert lines[-1].endswith("the last")
    assert sum("line" in line and "xxx" in line for line in lines) == 13_000 - dropped


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_an_error_waits_to_be_written_as_text_and_holds_nothing(kind: str) -> None:
    script = f"""
import gc, logging, weakref
from service import logs

class Signal: pass

def fails(signal): raise ValueError("wrong")

def logged():
    signal = Signal()
    try:
        fails(signal)
    except ValueError:
        logging.exception("failed")
    return weakref.ref(signal)

gc.disable()
logs.configure("{kind}", "info")
print(logged()() is None)
"""
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, text=True, capture_output=True)
    assert ended.stdout == "True\n"
    assert "in fails" in ended.stderr
    assert "ValueError: wrong" in ended.stderr


def until_ready(process: subprocess.Popen[bytes], client: httpx2.Client) -> None:
    for _ in range(300):
        assert process.poll() is None
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError("not ready after half a minute")


def test_a_path_begins_no_line_of_its_own() -> None:
    script = """
import logging
from service import logs
logs.configure("plain", "info")
logging.info("%s %s", "GET", "/x\\n2026-01-01 00:00:00 INFO all is well\\x1b[2K")
"""
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    assert said.count("\n") == 1
    assert said.endswith("INFO GET /x\\x0a2026-01-01 00:00:00 INFO all is well\\x1b[2K\n")
