"""`brinell mqtt try` and `brinell mqtt rejected`, as somebody at a terminal sees them."""

import os
import subprocess
import sys
from pathlib import Path

from service.mqtt.mapping import read_mapping
from service.mqtt.piece import pieces
from service.mqtt.spool import Spool
from tests.service.mqtt import sensors as payloads
from tests.service.mqtt.sensors import EXAMPLES, noise
from tests.service.process import ROOT


def brinell(*words: object, **settings: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {f"BRINELL_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "brinell", "mqtt", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=environment | {"COLUMNS": "100"}, capture_output=True, text=True)


def test_try_shows_what_is_read_for_each_source(tmp_path: Path) -> None:
    message = tmp_path / "message"
    message.write_bytes(payloads.array(noise(1), noise(2)))
    run = brinell("try", EXAMPLES / "array.toml", message, "--topic", "site/A4C138/vibration")
    assert run.returncode == 0, run.stderr
    for word in ("mill-3.fan.de/x", "mill-3.fan.de/y", "12800 Hz", "m/s^2", "1480 rpm", "812", "brinell/mill-3.fan.de"):
        assert word in run.stdout


def test_try_joins_chunks_and_says_when_one_is_missing(tmp_path: Path) -> None:
    files = []
    for at, chunk in enumerate(payloads.chunks(noise(1))):
        files.append(tmp_path / f"chunk-{at}")
        files[-1].write_bytes(chunk)
    whole = brinell("try", EXAMPLES / "chunks.toml", *files)
    assert whole.returncode == 0, whole.stderr
    assert "3000" in whole.stdout
    part = brinell("try", EXAMPLES / "chunks.toml", *files[1:])
    assert (part.returncode, part.stderr) == (1, "error: chunks: 5 of 6 are here; give all of one recording\n")


def test_try_says_what_cannot_be_read_in_one_line(tmp_path: Path) -> None:
    message = tmp_path / "message"
    message.write_bytes(b"{}")
    run = brinell("try", EXAMPLES / "base64.toml", message)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("error: ")
    assert run.stderr.count("\n") == 1


def test_rejected_lists_what_could_not_be_read(tmp_path: Path) -> None:
    with Spool.open(tmp_path / "mqtt.db") as spool:
        spool.accept(list(pieces(read_mapping(EXAMPLES / "base64.toml"), "elsewhere", b"payload")))
    run = brinell("rejected", state=tmp_path)
    assert run.stdout == "elsewhere: topic: no source of the mapping listens to it: 7 bytes, b'payload'\n"
