"""From POST to activation: a service meets what it does not know, is told what was found, and knows it afterwards."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from data.datasets import DATASETS
from data.fault import Fault
from data.recording import Recording
from models.bundle import Bundle
from tests.training.retraining import drill
from tests.training.retraining.conftest import write_plant
from training.bundling import bundle
from training.config import CONFIGS, TrainingConfig
from training.retraining.folder import found_in_folder
from training.run import Run

CHECKOUT = Path(__file__).resolve().parents[3]
TAUGHT = 6
"""Of the eight bearings of each fault."""


def retrained(champion: Path, export: Path, base: Path, url: str, out: Path, *more: str) -> str:
    """What `brinell retrain` says, with activation."""
    command = [
        sys.executable, "brinell.py", "retrain", "--bundle", str(champion), "--export", str(export), "--base", str(base),
        "--out", str(out), "--activate", url, "--yes", *more,
    ]  # fmt: skip
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=3000)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_service_that_was_told_knows_machines_that_it_called_unknown_and_can_go_back(
    champion: Bundle, small_root: Path, tmp_path: Path
) -> None:
    shutil.copytree(champion.folder.parent, tmp_path / "bundles" / "small")
    (tmp_path / "machines").mkdir()
    machines = found_in_folder(write_plant(tmp_path / "machines", bearings=8)).cases
    taught = [each for each in machines if int(each.asset.rpartition("-")[2]) < TAUGHT]
    others = [each for each in machines if each not in taught]
    with drill.plant(tmp_path / "bundles", tmp_path / "state") as client:
        for each in machines:
            drill.registered(client, each.asset)
        drill.told(client, [drill.asked(client, each.asset, each.recording) for each in taught])
        before = [drill.asked(client, each.asset, each.recording) for each in others]
        export = drill.exported(client, tmp_path / "plant.zip")
        said = retrained(champion.folder, export, small_root, str(client.base_url), tmp_path / "out")
        assert "small/1.1.0 answers at" in said
        after = [drill.asked(client, each.asset, each.recording) for each in others]
        print(f"others: {drill.right(before)}; retrained: {drill.right(after)}")
        assert sum(each.right for each in before) == 0
        assert sum(each.right for each in after) >= len(after) / 2
        assert not any(each.said not in (None, each.fault) for each in after)

        client.post("/v1/models/small/rollback").raise_for_status()
        back = [drill.asked(client, each.asset, each.recording) for each in others]
        assert [each.said for each in back] == [each.said for each in before]
