"""`brinell retrain` as a person or a timer gives it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.bundle import Bundle
from tests.training.retraining.conftest import CHECKOUT, read_labels, write_labels
from training.checkpoint import peek
from training.loop import CHECKPOINT


def started(champion: Bundle, plant: Path, base: Path, out: Path, *more: str) -> "subprocess.Popen[str]":
    command = [
        sys.executable, "brinell.py", "retrain", "--bundle", str(champion.folder), "--folder", str(plant),
        "--base", str(base), "--out", str(out), *more,
    ]  # fmt: skip
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finished(process: "subprocess.Popen[str]") -> str:
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output
    return output


def test_without_yes_it_shows_what_it_would_use_and_does_nothing(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    output = finished(started(champion, plant, small_root, tmp_path / "out"))
    assert "small/1.0.0, from folder" in output
    assert "Nothing was started" in output
    assert not (tmp_path / "out").exists()


def test_one_that_was_killed_goes_on_and_ends_with_the_same_bytes(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    assert "better: small/1.1.0" in finished(started(champion, plant, small_root, tmp_path / "whole", "--yes"))

    killed = started(champion, plant, small_root, tmp_path / "killed", "--yes")
    while not any(peek(path)["step"] >= 200 for path in (tmp_path / "killed").glob(f".work/*/all/{CHECKPOINT}")):
        assert killed.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert not (tmp_path / "killed" / "small").exists()
    assert not (tmp_path / "killed" / "reports").exists()

    killed = started(champion, plant, small_root, tmp_path / "killed", "--yes")
    while not (tmp_path / "killed" / "small" / "1.1.0").exists():
        assert killed.poll() is None, "it ended before it could be killed again"
        time.sleep(0.001)
    os.kill(killed.pid, signal.SIGKILL)
    output, _ = killed.communicate()
    assert "goes on from step" in output
    assert not list((tmp_path / "killed").glob("reports/*.json")), "it was killed before its report was whole"

    finished(started(champion, plant, small_root, tmp_path / "killed", "--yes"))
    assert [path.name for path in (tmp_path / "killed" / "small").iterdir()] == ["1.1.0"]
    assert not list((tmp_path / "killed" / ".work").iterdir())
    whole, resumed = (tmp_path / name / "small" / "1.1.0" for name in ("whole", "killed"))
    assert {path.name: path.read_bytes() for path in whole.iterdir()} == {
        path.name: path.read_bytes() for path in resumed.iterdir()
    }
    reports = [next((tmp_path / name / "reports").glob("*.json")).read_text() for name in ("whole", "killed")]
    assert json.loads(reports[0]) == json.loads(reports[1])

    again = finished(started(champion, plant, small_root, tmp_path / "whole", "--yes"))
    assert "This was tried before" in again
    assert "better: small/1.1.0" in again

    whole.rename(tmp_path / "elsewhere")
    ended = started(champion, plant, small_root, tmp_path / "whole", "--yes")
    output, _ = ended.communicate(timeout=120)
    assert ended.returncode == 1
    assert "1.1.0 is gone; remove" in output.replace("\n", " ")


def test_where_the_gate_cannot_open_nothing_is_trained(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text("fewest_recordings = 50\n")
    output = finished(started(champion, plant, small_root, tmp_path / "out", "--yes", "--gate", str(gate)))
    assert "at least 50 independent recordings of inner_race judge" in " ".join(output.split())
    assert "not enough evidence: nothing is trained" in output
    assert not (tmp_path / "out").exists()


def test_a_plant_without_findings_is_no_failure(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    write_labels(tmp_path, [row | {"finding": "several"} for row in read_labels(plant)])
    output = " ".join(finished(started(champion, tmp_path, small_root, tmp_path / "out", "--yes")).split())
    assert "Nothing to learn from yet: no labelled recording can be used; 48 left out: several teaches none" in output


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--activate", "http://127.0.0.1:9"), "cannot be reached"),
        (("--sign", "none.key"), "none.key cannot be read"),
        (("--version", "1.0.0"), "there is small/1.0.0 already"),
    ],
)
def test_what_would_be_refused_in_the_end_is_refused_before_anything_is_trained(
    options: tuple[str, ...], why: str, champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    process = started(champion, plant, small_root, tmp_path / "out", "--yes", *options)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert why in output
    assert not (tmp_path / "out" / ".work").exists()


def test_the_folder_that_the_service_answers_from_is_refused(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    process = started(champion, plant, small_root, champion.folder.parent.parent, "--yes")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "holds the bundles that answer" in output


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "give one of --folder, --export and --store"),
        (("--folder", "found", "--export", "one.zip"), "give one of --folder, --export and --store"),
        (("--folder", "found", "--trusted", "plant.pub"), "it goes with --export alone"),
        (("--folder", "found", "--days", "3"), "labels.csv labels each recording itself"),
    ],
)
def test_one_source_is_wanted_and_no_more_than_goes_with_it(
    options: tuple[str, ...], why: str, champion: Bundle
) -> None:
    command = [sys.executable, "brinell.py", "retrain", "--bundle", str(champion.folder), *options]
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert ended.returncode == 1
    assert why in ended.stderr
