"""What is kept and found goes out whole and signed, in flat memory, and is read by one who trusts nothing."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import numpy as np
import psutil
import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from data.exported import Export, ExportError, json_schema, standing
from models.signing import SigningError, export_signer, make_keys, read_keys
from service.app import create_app
from service.memory.export import exported
from service.memory.records import Wanted
from service.memory.snapshot import Snapshot
from service.settings import Settings
from service.store.opening import opened
from service.store.tables import StoredRecording
from tests.service.process import ROOT

ASSET = {
    "id": "fan", "machine": "mill 3", "point": "fan", "axes": [{"name": "x"}], "bearing": "6205",
    "speed": {"kind": "fixed", "rpm": 1480},
}  # fmt: skip
SAMPLES = np.random.default_rng(0).standard_normal(12_800).astype("<f4")
FLOAT32 = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return make_keys(tmp_path / "plant")


@pytest.fixture
def client(tmp_path: Path, keys: tuple[Path, Path]) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(state=tmp_path / "state", export_key=keys[0], max_minutes=1))) as started:
        assert started.post("/v1/assets", json=ASSET).status_code == 201
        yield started


def ask(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.post(
        "/v1/assets/fan/diagnose", params={"rate_hz": 12_800, **query}, content=SAMPLES.tobytes(), headers=FLOAT32
    )
    assert answer.status_code == 200, answer.text
    memory = client.app.state.parts.memory  # type: ignore[attr-defined]
    while memory.busy:
        pass
    found: dict[str, Any] = answer.json()
    return found


def say(client: TestClient, status: int = 201, **given: Any) -> dict[str, Any]:
    usual = {"asset": "fan", "finding": "outer_race", "opened": "2026-11-24T08:00:00Z", "by": "A. Weber"}
    answer = client.post("/v1/feedback", json=usual | given)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kept(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/assets/fan/recordings").json()["recordings"]
    return found


def test_a_signal_that_is_asked_for_is_kept_listed_fetched_and_deleted(client: TestClient) -> None:
    ask(client)
    ask(client)
    ask(client, keep=True)
    first, second = kept(client)[1], kept(client)[0]
    assert (len(kept(client)), "daily" in first["why"], second["why"][0]) == (2, True, "asked")
    diagnosis = client.get(f"/v1/diagnoses/{second['id']}").json()
    assert second["answer"]["verdict"] == diagnosis["verdict"]
    assert second["speed_rpm"] == 1480
    as_npy = client.get(f"/v1/recordings/{second['id']}")
    assert np.array_equal(np.load(io.BytesIO(as_npy.content), allow_pickle=False), SAMPLES)
    assert hashlib.sha256(as_npy.content).hexdigest() == second["sha256"]
    import soundfile

    samples, rate = soundfile.read(
        io.BytesIO(client.get(f"/v1/recordings/{second['id']}?format=wav").content), dtype="float32"
    )
    assert np.array_equal(samples, SAMPLES)
    assert rate == 12_800
    assert client.delete(f"/v1/recordings/{second['id']}").status_code == 204
    assert client.delete(f"/v1/recordings/{second['id']}").status_code == 404
    assert client.get(f"/v1/recordings/{second['id']}").status_code == 404
    assert [each["id"] for each in kept(client)] == [first["id"]]


def test_a_request_that_comes_again_is_remembered_once(client: TestClient) -> None:
    for _ in range(2):
        answer = client.post(
            "/v1/assets/fan/diagnose", params={"rate_hz": 12_800, "keep": True}, content=SAMPLES.tobytes(),
            headers=FLOAT32 | {"Idempotency-Key": "once"},
        )  # fmt: skip
        assert answer.status_code == 200
    ask(client)
    assert len(kept(client)) == 1


def test_feedback_is_added_to_and_corrected_and_never_changed(client: TestClient) -> None:
    first = say(client, note="pitted over 2 cm")
    assert say(client, note="pitted over 2 cm")["id"] == first["id"]
    second = say(client, finding="inner_race", corrects=first["id"])
    assert say(client, 409, finding="normal", corrects=first["id"])["field"] == "corrects"
    listed = client.get("/v1/feedback?asset=fan").json()["feedback"]
    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    assert [each["corrected_by"] for each in listed] == [None, second["id"]]
    page = client.get("/v1/feedback?limit=1").json()
    assert client.get("/v1/feedback", params={"limit": 1, "cursor": page["next"]}).json()["feedback"] == listed[1:]


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"asset": "nobody"}, 404, "asset"),
        ({"finding": "loose"}, 422, "finding"),
        ({"opened": "2062-01-01T00:00:00Z"}, 422, "opened"),
        ({"opened": "2026-11-24 08:00"}, 422, "opened"),
        ({"by": ""}, 422, "by"),
        ({"note": "x" * 2001}, 422, "note"),
        ({"diagnosis": "0" * 16}, 422, "diagnosis"),
        ({"corrects": "0" * 16}, 422, "corrects"),
        ({"label": "inner_race"}, 422, "label"),
    ],
)
def test_feedback_that_cannot_be_is_refused_with_the_field(
    client: TestClient, given: dict[str, Any], status: int, field: str
) -> None:
    assert say(client, status, **given)["field"] == field
    assert client.get("/v1/feedback").json()["feedback"] == []


def test_feedback_about_another_machines_diagnosis_is_refused(client: TestClient) -> None:
    client.post("/v1/assets", json=ASSET | {"id": "pump"})
    ask(client)
    diagnosis = client.get("/v1/diagnoses?asset=fan").json()["diagnoses"][0]["id"]
    assert "is about fan" in say(client, 422, asset="pump", diagnosis=diagnosis)["reason"]
    assert say(client, diagnosis=diagnosis)["diagnosis"] == diagnosis


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
    environment = {**os.environ, "BRINELL_STATE": str(tmp_path / "state")}

    def brinell(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "brinell", "recordings", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    file = str(tmp_path / "export.zip")
    run = brinell("export", file, "--key", str(keys[0]))
    assert run.returncode == 0, run.stderr
    assert "1 recordings, 0 findings, 1 measuring points" in run.stdout
    with Export.open(Path(file)) as export:
        assert export_signer(export, read_keys(keys[1])) == "plant"
        assert len(list(export.recordings())) == 1
    assert "is there already" in brinell("export", file).stderr
    for span, recordings in ((("--to", "9999-12-31"), 1), (("--to", "2026-01-01"), 0), (("--from", "9999-12-31"), 0)):
        run = brinell("export", str(tmp_path / f"{span[1]}{span[0]}.zip"), *span)
        assert f"{recordings} recordings" in run.stdout, run.stderr
    refused = brinell("export", str(tmp_path / "refused.zip"), "--to", "20261101")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "'--to'" in refused.stderr
    assert json.loads(brinell("schema").stdout)["$defs"]["FeedbackLine"]


@pytest.fixture
def whole(client: TestClient, tmp_path: Path) -> Path:
    ask(client)
    say(client)
    file = tmp_path / "whole.zip"
    file.write_bytes(client.post("/v1/export").content)
    return file


Change = Callable[[str, bytes], tuple[str, bytes] | None]


def changed(whole: Path, change: Change, compression: int = zipfile.ZIP_STORED) -> Path:
    to = whole.with_name("changed.zip")
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(to, "w", compression) as target:
        for name in source.namelist():
            found = change(name, source.read(name))
            if found is not None:
                target.writestr(*found)
    return to


def read_all(file: Path) -> None:
    with Export.open(file) as export:
        for line in export.recordings():
            export.recording(line)
        list(export.feedback())
        list(export.assets())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda name, content: (name.replace("signals/", "../"), content), "no part of an export"),
        (lambda name, content: (name.replace("signals/", "/etc/"), content), "no part of an export"),
        (lambda name, content: (name, content.replace(b"outer_race", b"inner_race")), "not as it was written"),
        (lambda name, content: None if name.endswith("npy") else (name, content), "no file of its own"),
        (lambda name, content: None if name == "assets.jsonl" else (name, content), "is missing"),
        (lambda name, content: (name, content[:-4] + b"abcd" if name.endswith("npy") else content), "sha256"),
        (lambda name, content: (name, b"x" * 70_000 if name == "manifest.json" else content), "larger than"),
        (
            lambda name, content: (name, content.replace(b'"schema_version": 1', b'"schema_version": 2')),
            "schema_version",
        ),
    ],
)
def test_an_export_that_was_tampered_with_is_refused(whole: Path, change: Change, reason: str) -> None:
    read_all(whole)
    with pytest.raises(ExportError, match=reason):
        read_all(changed(whole, change))


def test_what_is_compressed_or_no_zip_or_cut_is_refused(whole: Path) -> None:
    with pytest.raises(ExportError, match="compressed"):
        read_all(changed(whole, lambda name, content: (name, content), zipfile.ZIP_DEFLATED))
    content = whole.read_bytes()
    for damaged in (b"no zip", content[: len(content) // 2], b""):
        whole.write_bytes(damaged)
        with pytest.raises(ExportError, match="no whole zip"):
            read_all(whole)


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
