"""What is kept and found goes out whole and signed, in flat memory."""

import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import jsonschema_rs
import numpy as np
import psutil
import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from data.exported import Export, json_schema, standing
from models.signing import SigningError, export_signer, make_keys, read_keys
from service.memory.export import exported
from service.memory.records import Wanted
from service.memory.snapshot import Snapshot
from service.store.opening import opened
from service.store.tables import StoredRecording
from tests.service.memory.plant import ASSET, SAMPLES, ask, kept, say
from tests.service.process import brinell


def test_an_export_holds_what_was_kept_and_found_and_says_who_signed_it(
    client: TestClient, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    ask(client)
    ask(client, keep=True)
    first = say(client)
    say(client, finding="inner_race", corrects=first["id"], note="größer als gedacht")
    answer = client.post("/v1/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    file = tmp_path / "export.zip"
    file.write_bytes(answer.content)
    with Export.open(file) as export:
        lines = list(export.recordings())
        assert [line.id for line in reversed(lines)] == [each["id"] for each in kept(client)]
        for line in lines:
            recording = export.recording(line)
            assert np.array_equal(recording.samples, SAMPLES)
            assert (recording.rate_hz, recording.speed_rpm, recording.orders is not None) == (12_800, 1480, True)
        assert [line.finding for line in standing(export.feedback())] == ["inner_race"]
        assert [(line.id, line.registered["machine"]) for line in export.assets()] == [("fan", "mill 3")]
        assert export.manifest.counts.model_dump() == {
            "recordings": 2, "feedback": 2, "assets": 1, "deleted": 0, "damaged": 0,
        }  # fmt: skip
        assert export_signer(export, read_keys(keys[1])) == "plant"
        _, stranger = make_keys(tmp_path / "stranger")
        with pytest.raises(SigningError, match="not trusted"):
            export_signer(export, read_keys(stranger))
    with zipfile.ZipFile(file) as archive:
        schema = json_schema()
        for name, kind in (("recordings", "RecordingLine"), ("feedback", "FeedbackLine"), ("assets", "AssetLine")):
            validator = jsonschema_rs.validator_for(schema | {"$ref": f"#/$defs/{kind}"})
            for line in archive.read(f"{name}.jsonl").splitlines():
                validator.validate(json.loads(line))
    assert subprocess.run(["unzip", "-tqq", file]).returncode == 0 if shutil.which("unzip") else True


def test_an_export_is_of_the_time_and_asset_that_are_asked_for(client: TestClient, tmp_path: Path) -> None:
    client.post("/v1/assets", json=ASSET | {"id": "pump"})
    ask(client)
    say(client)

    def counts(**query: str) -> tuple[int, int, int]:
        file = tmp_path / "part.zip"
        file.write_bytes(client.post("/v1/export", params=query).content)
        with Export.open(file) as export:
            told = export.manifest.counts
            return told.recordings, told.feedback, told.assets

    assert counts() == (1, 1, 2)
    assert counts(asset="fan") == (1, 1, 1)
    assert counts(asset="pump") == (0, 0, 1)
    assert counts(to="2026-01-01T00:00:00Z") == (0, 1, 2)
    assert counts(**{"from": "2026-01-01T00:00:00Z"}) == (1, 1, 2)
    day = kept(client)[0]["time"][:10]
    assert counts(**{"from": day, "to": day}) == (1, 1, 2)
    assert client.post("/v1/export?from=yesterday").status_code == 422


def test_a_signal_that_went_or_changed_meanwhile_is_left_out_with_its_line(client: TestClient, tmp_path: Path) -> None:
    for _ in range(3):
        ask(client, keep=True)
    identities = [each["id"] for each in kept(client)]
    parts = client.app.state.parts  # type: ignore[attr-defined]
    folder: Path = parts.memory.folder.path
    with Snapshot.take(parts.store.database, Wanted(), folder) as snapshot:
        assert client.delete(f"/v1/recordings/{identities[0]}").status_code == 204
        ask(client, keep=True)
        with (folder / f"{identities[1]}.npy").open("r+b") as damaged:
            damaged.seek(1000)
            damaged.write(b"\xff\x00")
        (tmp_path / "export.zip").write_bytes(b"".join(exported(snapshot, folder)))
    with Export.open(tmp_path / "export.zip") as export:
        assert [line.id for line in export.recordings()] == identities[2:]
        assert (export.manifest.counts.deleted, export.manifest.counts.damaged) == (1, 1)
        assert export.signature is None


def test_the_command_line_writes_the_same_and_prints_the_schema(
    client: TestClient, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    ask(client)
    state, file = tmp_path / "state", tmp_path / "export.zip"
    said = brinell("recordings", "export", file, "--key", keys[0], state=state)
    assert "1 recordings, 0 findings, 1 measuring points" in said
    with Export.open(file) as export:
        assert export_signer(export, read_keys(keys[1])) == "plant"
        assert len(list(export.recordings())) == 1
    assert "is there already" in brinell("recordings", "export", file, state=state, code=1)
    for span, recordings in ((("--to", "9999-12-31"), 1), (("--to", "2026-01-01"), 0), (("--from", "9999-12-31"), 0)):
        said = brinell("recordings", "export", tmp_path / f"{span[1]}{span[0]}.zip", *span, state=state)
        assert f"{recordings} recordings" in said
    assert "'--to'" in brinell(
        "recordings", "export", tmp_path / "refused.zip", "--to", "20261101", state=state, code=2
    )
    assert json.loads(brinell("recordings", "schema"))["$defs"]["FeedbackLine"]


@pytest.fixture
def many(tmp_path: Path) -> Callable[[int, int], Path]:
    """Recordings by the thousand: rows of their own, files that are links to a few."""

    def make(count: int, size: int) -> Path:
        recordings = tmp_path / "recordings"
        recordings.mkdir()
        (recordings / "place").write_text("00000000")
        samples = np.zeros(size, "<f4")
        with opened(str(tmp_path / "brinell.db"), "fast") as (database, _), database.writing() as connection:
            for first in range(0, count, 10_000):
                source = recordings / f"{first:016x}.npy"
                samples[0] = first
                np.save(source, samples)
                facts = {
                    "place": "00000000", "asset": "fan", "axis": "x", "time_us": 1, "rate_hz": 25_600.0, "why": "daily",
                    "sha256": hashlib.sha256(source.read_bytes()).hexdigest(), "bytes": source.stat().st_size,
                    "worth": 0, "verdict": "diagnosed", "bearing": "6205",
                }  # fmt: skip
                numbers = range(first, min(first + 10_000, count))
                connection.execute(insert(StoredRecording), [facts | {"id": number} for number in numbers])
                for number in numbers[1:]:
                    os.link(source, recordings / f"{number:016x}.npy")
        return recordings

    return make


@pytest.mark.slow
def test_ten_thousand_recordings_are_exported_in_flat_memory(many: Callable[[int, int], Path]) -> None:
    recordings = many(10_000, 256_000)
    process, sent, most = psutil.Process(), 0, 0
    with opened(str(recordings.parent / "brinell.db"), "fast") as (database, _):
        before = process.memory_info().rss
        with Snapshot.take(database, Wanted(), recordings) as snapshot:
            for number, piece in enumerate(exported(snapshot, recordings)):
                sent += len(piece)
                if number % 100 == 0:
                    most = max(most, process.memory_info().rss)
    print(f"{sent / 1e9:.2f} GB sent; resident before {before >> 20} MiB, at most {most >> 20} MiB")
    assert sent > 10e9
    assert most - before < 32 << 20


@pytest.mark.slow
def test_an_export_of_more_files_than_a_plain_zip_can_have_is_read_back(
    many: Callable[[int, int], Path], tmp_path: Path
) -> None:
    recordings = many(66_000, 256)
    file = tmp_path / "export.zip"
    with (
        opened(str(tmp_path / "brinell.db"), "fast") as (database, _),
        Snapshot.take(database, Wanted(), recordings) as snapshot,
    ):
        file.write_bytes(b"".join(exported(snapshot, recordings)))
    with Export.open(file) as export:
        assert (
            sum(
                export.samples(line)[0] == line_of // 10_000 * 10_000
                for line_of, line in enumerate(export.recordings())
            )
            == 66_000
        )
