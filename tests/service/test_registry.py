"""The service goes on with the good bundles and says which ones are bad."""

import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.registry import Registry
from service.settings import Settings


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    return Path(shutil.copytree(Settings().bundles, tmp_path / "bundles"))


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_bundle_is_refused_by_name_and_the_others_answer(bundles: Path) -> None:
    damage(bundles / "order" / "1.0.0" / "model.onnx")
    with TestClient(create_app(Settings(bundles=bundles))) as client:
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["bundles"] == ["aligned/1.0.0", "time/1.0.0"]
        assert "model.onnx is not the file" in ready.json()["refused"]["order/1.0.0"]
        assert list(client.get("/v1/models").json()["refused"]) == ["order/1.0.0"]


def test_where_all_are_damaged_it_is_not_ready_and_says_why(bundles: Path) -> None:
    for name in ("aligned", "order", "time"):
        damage(bundles / name / "1.0.0" / "golden.npz")
    with TestClient(create_app(Settings(bundles=bundles))) as client:
        assert client.get("/readyz").status_code == 503
        assert set(client.get("/readyz").json()["refused"]) == {"aligned/1.0.0", "order/1.0.0", "time/1.0.0"}


def test_the_version_before_a_bad_one_answers(bundles: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        shutil.copytree(bundles / "order" / "1.0.0", bundles / "order" / version)
    loaded = Registry.load(bundles)
    assert loaded.bundles["order"].identity == "order/1.0.0"
    assert list(loaded.refused) == ["order/1.10.0", "order/1.9.0"]  # the newest first, by number
    assert loaded.refused["order/1.9.0"] == "the manifest says order/1.0.0"


def test_stray_files_are_no_bundles(bundles: Path) -> None:
    (bundles / "README.md").write_text("hello")
    (bundles / "order" / ".hidden").mkdir()
    assert Registry.load(bundles).refused == {}


def test_no_folder_is_no_bundle(tmp_path: Path) -> None:
    assert Registry.load(tmp_path / "nowhere").bundles == {}
