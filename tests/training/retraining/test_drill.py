"""From POST to activation: a service meets what it does not know, is told what was found, and knows it afterwards."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from data.datasets import DATASETS
from models.bundle import Bundle
from tests.training.retraining import drill
from tests.training.retraining.conftest import write_plant
from training.bundling import bundle
from training.config import CONFIGS, TrainingConfig
from training.retraining.folder import found_in_folder
from training.retraining.source import Source
from training.run import Run

CHECKOUT = Path(__file__).resolve().parents[3]
UNTOLD = ("2", "5")
"""Of the eight bearings of each fault, those of which nobody says what they are."""
GATE = "minutes_apart = 0.0"
"""What a plant sends in weeks comes here in seconds."""


CHAMPION_STEPS = 2500


def retrained(champion: Path, export: Path, base: Path, url: str, out: Path, conditions: str = "") -> str:
    """What `brinell retrain` says, with activation, under the gate with other `conditions`."""
    gate = out.with_name("gate.toml")
    gate.write_text(f"{GATE}\n{conditions}\n")
    command = [
        sys.executable, "brinell.py", "retrain", "--bundle", str(champion), "--export", str(export),
        "--base", str(base), "--out", str(out), "--activate", url, "--gate", str(gate), "--yes",
    ]  # fmt: skip
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=3000)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_service_that_was_told_knows_machines_that_it_called_unknown_and_can_go_back(
    champion: Bundle, small_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(champion.folder.parent, tmp_path / "bundles" / "small")
    (tmp_path / "machines").mkdir()
    machines = found_in_folder(write_plant(tmp_path / "machines", bearings=8)).cases
    others = [each for each in machines if each.asset.endswith(UNTOLD)]
    taught = [each for each in machines if each not in others]
    with drill.plant(tmp_path / "bundles", tmp_path / "state") as client:
        for each in machines:
            drill.registered(client, each.asset)
        drill.told(client, [drill.asked(client, each.asset, each.recording) for each in taught])
        before = [drill.asked(client, each.asset, each.recording) for each in others]
        export = drill.exported(client, tmp_path / "plant.zip")
        monkeypatch.setenv("BRINELL_RECORDINGS", str(tmp_path / "state" / "recordings"))
        in_store = Source(store=str(tmp_path / "state" / "brinell.db")).found()
        assert in_store.key == Source(export=export).found().key
        said = retrained(champion.folder, export, small_root, str(client.base_url), tmp_path / "out")
        assert "small/1.1.0 answers at" in said
        after = [drill.asked(client, each.asset, each.recording) for each in others]
        print(f"others: {drill.right(before)}; retrained: {drill.right(after)}")
        assert sum(each.right for each in before) == 0
        assert sum(each.right for each in after) >= len(after) / 4  # 4 k parameters, and cautious
        assert not any(each.said not in (None, each.fault) for each in after)

        client.post("/v1/models/small/rollback").raise_for_status()
        back = [drill.asked(client, each.asset, each.recording) for each in others]
        assert [each.said for each in back] == [each.said for each in before]


SECONDS = 0.5
TOLD, BETWEEN = 12, 1
"""Pieces of each recording that somebody says something about, and that are dropped before those that nobody does."""


@pytest.mark.slow
def test_raw_samples_of_jnu_learn_a_speed_that_they_never_saw(data_root: Path, tmp_path: Path) -> None:
    jnu = DATASETS["jnu"]
    unseen = [entry for entry in jnu.present(data_root) if entry.speed_rpm == 1000]
    if len(unseen) < 3:
        pytest.skip(f"{len(unseen)} of JNU's recordings at 1000 rpm are under {data_root}")
    root = drill.without(data_root, tmp_path / "recordings", [entry.file for entry in unseen])
    config = TrainingConfig.read(CONFIGS / "time.toml")
    shorter = config.schedule.model_copy(update={"steps": CHAMPION_STEPS})
    run = Run(config.model_copy(update={"schedule": shorter}), root, tmp_path / "run")
    run.train()
    run.conclude()
    champion = bundle(run.folder, tmp_path / "bundles", "1.0.0")
    pieces = {entry.name.replace("_", "-"): drill.cut(jnu.load(data_root, entry), SECONDS) for entry in unseen}
    with drill.plant(tmp_path / "bundles", tmp_path / "state") as client:
        told, rest = [], []
        for asset, recordings in pieces.items():
            drill.registered(client, asset)
            told += [(asset, each) for each in recordings[:TOLD]]
            rest += [(asset, each) for each in recordings[TOLD + BETWEEN :]]
        drill.told(client, [drill.asked(client, *each) for each in told])
        before = [drill.asked(client, *each) for each in rest]
        export = drill.exported(client, tmp_path / "plant.zip")
        said = retrained(champion.folder, export, root, str(client.base_url), tmp_path / "out", 'apart = "time"')
        after = [drill.asked(client, *each) for each in rest]
    facts = json.loads(next((tmp_path / "out" / "reports").glob("*.json")).read_text())
    old = facts["old"]
    print(f"{said}\nrest at 1000 rpm: {drill.right(before)}; retrained ({facts['step']}): {drill.right(after)}")
    print(f"old conditions: {old['champion']}; retrained: {old['challenger']}")
    assert facts["verdict"] == "better", facts["conditions"]
    assert sum(each.right for each in after) > sum(each.right for each in before)
    assert old["interval"][0] >= -0.05
