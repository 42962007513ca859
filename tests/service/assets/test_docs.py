"""The lines that docs/assets.md and docs/commissioning.md print work as they stand."""

import json
import re
import subprocess
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import soundfile

from data.fault import Fault
from service.assets import sheet
from tests.service.asking import Simulated
from tests.service.assets.healthy import RIG, day
from tests.service.process import ROOT
from tests.service.store.served import served

DOCUMENT = ROOT / "docs" / "assets.md"
COMMISSIONING = ROOT / "docs" / "commissioning.md"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "today")
PORT = "127.0.0.1:8000"


def printed(document: Path) -> list[str]:
    """The commands, in their order."""
    blocks = re.findall(r"(?:^ {4,}\S.*\n)+", document.read_text(encoding="utf-8"), re.MULTILINE)
    return [dedent(block).strip() for block in blocks if block.lstrip().startswith("curl")]


@pytest.fixture
def folder(tmp_path: Path, simulated: Simulated) -> Path:
    channels = [simulated(fault, seconds=1.0) for fault in (Fault.NORMAL, Fault.OUTER_RACE, Fault.NORMAL)]
    samples = np.stack([each.samples for each in channels], axis=1)
    soundfile.write(tmp_path / "fan.wav", samples, round(channels[0].rate_hz), subtype="FLOAT")
    for number, name in enumerate(DAYS):
        soundfile.write(tmp_path / f"{name}.wav", day(number).samples, round(RIG.rate_hz), subtype="FLOAT")
    return tmp_path


def ran(folder: Path, document: Path) -> list[str]:
    """What each command of a document is answered, in their order."""
    told = []
    with served(state=folder / "state", auth="none") as service:
        address = str(service.client.base_url).removeprefix("http://").rstrip("/")
        for command in printed(document):
            assert PORT in command
            words = command.replace(PORT, address).replace("curl -s", "curl -sS --fail-with-body", 1)
            done = subprocess.run(["bash", "-c", words], cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
            told.append(done.stdout)
    return told


def test_every_line_is_answered(folder: Path) -> None:
    told = ran(folder, DOCUMENT)
    answers = [json.loads(each) for each in told if each]
    assert answers[0]["id"] == "mill-3.fan.de"
    assert (set(answers[1]["axes"]), answers[1]["worst"]["axis"]) == (set("xyz"), "y")
    assert len(answers[2]["points"]) == 3
    assert answers[-1] == {"added": 0, "replaced": 1}


def test_every_line_of_commissioning_is_answered(folder: Path) -> None:
    registered, made, stands, found, extended, undone = map(json.loads, ran(folder, COMMISSIONING))
    assert (registered["id"], made["axes"]["radial"]["n"]) == ("pump-7.de", 3)
    assert stands["axes"] == made["axes"]
    assert (found["worst"]["level"], found["axes"]["radial"]["change"]["n"]) == ("quiet", 3)
    assert (extended["version"], extended["axes"]["radial"]["n"]) == (2, 4)
    assert undone["axes"] == made["axes"]


def test_the_table_that_is_printed_is_one() -> None:
    [table] = re.findall(r"(?:^ {4}(?:id|mill).*\n)+", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(asset.id, len(asset.axes)) for asset in sheet.read(dedent(table).encode()).values()] == [
        ("mill-3.fan.de", 2),
        ("mill-4.pump", 1),
    ]
