"""A service that keeps signals of one measuring point, and signs what it exports."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from models.signing import make_keys
from service.app import create_app
from service.settings import Settings
from tests.service.memory.plant import ASSET


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return make_keys(tmp_path / "plant")


@pytest.fixture
def client(tmp_path: Path, keys: tuple[Path, Path]) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(state=tmp_path / "state", export_key=keys[0], max_minutes=1))) as started:
        assert started.post("/v1/assets", json=ASSET).status_code == 201
        yield started
