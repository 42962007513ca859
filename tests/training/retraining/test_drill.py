"""From POST to activation: a service meets what it does not know, is told what was found, and knows it afterwards."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from data.errors import DatasetError
from data.protocols import ALL
from models.bundle import Bundle
from tests.training.retraining.conftest import CHECKOUT, write_plant
from training.retraining.folder import found_in_folder
from training.retraining.source import Source
from training.suites import SUITES, queue
from training.suites.recordings import at_hand
from training.suites.retraining.plant import Answered, asked, exported, plant, registered, told

UNTOLD = ("2", "5")
"""Of the eight bearings of each fault, those of which nobody says what they are."""
GATE = "minutes_apart = 0.0"
"""What a plant sends in weeks comes here in seconds."""
OTHERWISE = 0.1
"""Of the answers of a cell. Made again where the page was made, none is another; but another processor's sums may train
another network."""


def retrained(champion: Path, export: Path, base: Path, url: str, out: Path) -> str:
    """What `brinell retrain` says, with activation."""
    gate = out.with_name("gate.toml")
    gate.write_text(GATE)
    command = [
        sys.executable, "brinell.py", "retrain", "--bundle", str(champion), "--export", str(export),
        "--base", str(base), "--out", str(out), "--activate", url, "--gate", str(gate), "--yes",
    ]  # fmt: skip
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def right(answers: Sequence[Answered]) -> int:
    return sum(each.right for each in answers)


def test_a_service_that_was_told_knows_machines_that_it_called_unknown_and_goes_back_by_one_command(
    champion: Bundle, small_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(champion.folder.parent, tmp_path / "bundles" / "small")
    (tmp_path / "machines").mkdir()
    machines = found_in_folder(write_plant(tmp_path / "machines", bearings=8)).cases
    others = [each for each in machines if each.asset.endswith(UNTOLD)]
    taught = [each for each in machines if each not in others]
    with plant(tmp_path / "bundles", tmp_path / "state") as client:
        for each in machines:
            registered(client, each.asset)
        told(client, [asked(client, each.asset, each.recording) for each in taught])
        before = [asked(client, each.asset, each.recording) for each in others]
        export = exported(client, tmp_path / "plant.zip")
        monkeypatch.setenv("BRINELL_RECORDINGS", str(tmp_path / "state" / "recordings"))
        in_store = Source(store=str(tmp_path / "state" / "brinell.db")).found(tmp_path / "out")
        assert in_store.key == Source(export=export).found(tmp_path / "out").key
        url = str(client.base_url)
        said = retrained(champion.folder, export, small_root, url, tmp_path / "out")
        assert "small/1.1.0 answers at" in said
        after = [asked(client, each.asset, each.recording) for each in others]
        assert right(before) == 0
        assert right(after) >= len(after) / 4  # 4 k parameters, and cautious
        assert not any(each.said not in (None, each.fault) for each in after)

        back = said.rpartition("Back: ")[2].strip()
        subprocess.run(shlex.split(back), check=True, capture_output=True)
        again = [asked(client, each.asset, each.recording) for each in others]
        assert [each.said for each in again] == [each.said for each in before]

        said = retrained(champion.folder, export, small_root, url, tmp_path / "out")
        assert "was activated at" in said
        again = [asked(client, each.asset, each.recording) for each in others]
        assert [each.said for each in again] == [each.said for each in before]


@pytest.mark.slow
def test_the_drills_on_real_machines_come_out_as_their_page_says(data_root: Path, tmp_path: Path) -> None:
    suite = SUITES["retraining"]
    try:
        at_hand(data_root, ALL, tmp_path)
    except DatasetError as error:
        pytest.skip(str(error))
    anew = suite.elsewhere(tmp_path / "retraining.md")
    assert not queue.run(anew, data_root, tmp_path / "runs").failed
    committed = {each["name"]: each for each in suite.ledger.results().values()}
    for found in anew.ledger.results().values():
        kept = committed[found["name"]]
        assert found["verdict"] == kept["verdict"], found["failed"]
        both = [zip(found[part], kept[part], strict=True) for part in ("rest", "judged", "old")]
        same = [a == b for rows in both for a, b in rows]
        assert same.count(False) <= OTHERWISE * len(same), f"{found['name']}: {same.count(False)} of {len(same)}"
        assert not found["served_otherwise"]
        if "wrong" in found["name"]:
            assert found["verdict"] != "better"
