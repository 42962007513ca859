"""A started broker, and a plant beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.mqtt.broker import Mosquitto, installed
from tests.service.mqtt.plant import Plant, plant


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    installed()
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Mosquitto(folder)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def sensors(broker: Mosquitto) -> Iterator[Plant]:
    with plant(broker) as made:
        yield made
