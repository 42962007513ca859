"""An export of the service becomes labelled recordings, and only a whole one does."""

import hashlib
import json
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.exported import ExportError
from data.fault import Fault
from models.signing import SigningError, make_keys
from training.retraining.case import RetrainingError
from training.retraining.export import found_in_export
from training.retraining.source import SCRATCH, Source

OPENED = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
RATE_HZ = 12_000.0


def written(path: Path, *, damaged: bool = False) -> Path:
    """Three recordings of one machine: a baseline, one before the alarm, one in alarm; then it was opened."""
    lines, signals = [], {}
    for number, (days, level, why) in enumerate(
        ((30, "quiet", "baseline"), (4, "watch", "watch"), (2, "alarm", "alarm"))
    ):
        identity = f"{number:016x}"
        samples = np.random.default_rng(number).standard_normal(6000).astype("<f4")
        beside = path.with_name("signal.npy")
        np.save(beside, samples)
        signals[f"signals/{identity}.npy"] = content = beside.read_bytes()
        answer = {"verdict": "unknown", "fault": None, "confidence": None, "level": level, "bundle": "order/1.0.0"}
        lines.append(
            {
                "id": identity, "asset": "fan", "axis": "x", "time": (OPENED - timedelta(days=days)).isoformat(),
                "rate_hz": RATE_HZ, "speed_rpm": 1500.0, "bearing": "6205", "orders": None, "unit": "g",
                "file": f"signals/{identity}.npy", "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content), "why": [why], "answer": answer,
            }
        )  # fmt: skip
    finding = {
        "id": f"{9:016x}", "asset": "fan", "time": OPENED.isoformat(), "finding": "inner_race",
        "opened": OPENED.isoformat(), "by": "A. Weber",
    }  # fmt: skip
    members: dict[str, Any] = {"recordings.jsonl": lines, "feedback.jsonl": [finding], "assets.jsonl": []}
    contents = {name: "".join(json.dumps(line) + "\n" for line in of).encode() for name, of in members.items()}
    manifest = {
        "schema_version": 1, "made_at": OPENED.isoformat(), "made_by": "0.1.0",
        "counts": {"recordings": 3, "feedback": 1, "assets": 0},
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    }  # fmt: skip
    if damaged:
        contents["feedback.jsonl"] = contents["feedback.jsonl"].replace(b"inner", b"outer")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (signals | contents | {"manifest.json": json.dumps(manifest).encode()}).items():
            archive.writestr(name, content)
    return path


def test_baseline_is_normal_the_alarm_is_what_was_found_and_what_lay_between_is_left_out(tmp_path: Path) -> None:
    found = found_in_export(written(tmp_path / "plant.zip"), MONTH)
    assert {each.name.rpartition("/")[2][-1]: each.fault for each in found.cases} == {
        "0": Fault.NORMAL,
        "2": Fault.INNER_RACE,
    }
    assert all(each.bearing == ("fan", "fan") and each.recording.rate_hz == RATE_HZ for each in found.cases)
    (left_out,) = found.left_out
    assert "no finding between an alarm and an opening" in left_out.reason


def test_one_that_was_tampered_with_or_is_not_signed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="not as it was written"):
        found_in_export(written(tmp_path / "damaged.zip", damaged=True), MONTH)
    _, public = make_keys(tmp_path / "plant")
    with pytest.raises(SigningError, match="not signed"):
        found_in_export(written(tmp_path / "plain.zip"), MONTH, public)


def test_a_store_that_cannot_be_exported_is_said_in_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "recordings").mkdir()
    monkeypatch.setenv("BRINELL_STATE", str(tmp_path))
    with pytest.raises(RetrainingError, match=r"the store cannot be exported: .*there is no store at"):
        Source(store=str(tmp_path / "none" / "brinell.db")).found(tmp_path / "out")
    assert not (tmp_path / "none").exists()


def test_what_a_store_is_exported_into_is_closed_to_all_others(tmp_path: Path) -> None:
    scratch = tmp_path / "out" / SCRATCH
    with ThreadPoolExecutor() as pool:
        exporting = pool.submit(Source(store=str(tmp_path / "none.db")).found, tmp_path / "out")
        while not scratch.exists():
            assert not exporting.done(), "it ended before it could be looked at"
        assert stat.S_IMODE(scratch.stat().st_mode) == stat.S_IRWXU
        assert isinstance(exporting.exception(), RetrainingError)
