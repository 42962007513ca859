"""An export is read by one who trusts nothing of it."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from data.exported import Export, ExportError
from tests.service.memory.plant import ask, say


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
