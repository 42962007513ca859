"""A service that remembers, and measuring points in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings

Register = Callable[..., dict[str, Any]]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[TestClient]:
    """A started service with a store of its own."""
    with TestClient(create_app(Settings(store=str(tmp_path / "brinell.db")))) as client:
        yield client


@pytest.fixture
def register(plant: TestClient) -> Register:
    """`register(axes="xyz", speed=...)` registers `fan.de`: a point of a mill with a 6205, at 1800 rpm."""

    def make(axes: str | list[dict[str, Any]] = "x", **facts: Any) -> dict[str, Any]:
        listed = [{"name": name} for name in axes] if isinstance(axes, str) else axes
        asset = {
            "id": "fan.de", "machine": "mill 3", "point": "fan, drive end", "axes": listed,
            "bearing": "6205", "speed": {"kind": "fixed", "rpm": 1800},
        }  # fmt: skip
        answer = plant.post("/v1/assets", json=asset | facts)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return make
