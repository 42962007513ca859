"""A small champion, and a plant whose machines it does not know."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from data.fault import FAULTS, Fault
from data.geometry import Geometry
from data.rig import Resonance, Rig, simulate
from models.bundle import Bundle
from tests.service.process import brinell
from training.bundling import bundle
from training.config import TrainingConfig
from training.retraining.folder import LABELS
from training.run import Run

CHECKOUT = Path(__file__).resolve().parents[3]
RATE_HZ = 12_000.0
BEARINGS = 6
OF_EACH = 2


@pytest.fixture(scope="session")
def champion(
    tmp_path_factory: pytest.TempPathFactory, small_root: Path, small_config: Callable[..., TrainingConfig]
) -> Bundle:
    """A bundle that knows the small MFPT."""
    folder = tmp_path_factory.mktemp("champion")
    run = Run(small_config(steps=120), small_root, folder / "run")
    run.train()
    run.conclude()
    return bundle(run.folder, folder, "1.0.0")


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labelled recordings of machines of another make: six bearings a fault, each on a machine of its own."""
    return write_plant(tmp_path_factory.mktemp("plant"))


def write_plant(folder: Path, bearings: int = BEARINGS) -> Path:
    """Writes `OF_EACH` recordings of each bearing of each fault, and their labels; returns `folder`."""
    rows = [row for number, fault in enumerate(FAULTS) for row in _machines(folder, number, fault, bearings)]
    write_labels(folder, rows)
    return folder


def write_labels(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / LABELS).open("w", newline="") as file:
        writer = csv.DictWriter(file, ["file", "finding", "asset", "speed_rpm", "rate_hz", "time"])
        writer.writeheader()
        writer.writerows(rows)


def read_labels(folder: Path) -> list[dict[str, str]]:
    with (folder / LABELS).open(newline="") as file:
        return list(csv.DictReader(file))


def key_file(folder: Path, scope: str) -> Path:
    """A new key with that scope, for the service whose state is in `folder / "state"`."""
    path = folder / f"{scope}.key"
    path.write_text(brinell("keys", "api", "tester", f"--scope={scope}", state=folder / "state", auth="keys"))
    return path


def _machines(folder: Path, number: int, fault: Fault, bearings: int) -> Iterator[dict[str, str]]:
    for bearing in range(bearings):
        speed = 1700.0 + 20 * bearing
        rig = Rig(Geometry(12, 0.15), speed, RATE_HZ, resonances=(Resonance(3400.0 + 30 * bearing, 0.05),), snr_db=3.0)
        for again in range(OF_EACH):
            rng = np.random.default_rng((7, number, bearing, again))
            name = f"{fault}-{bearing}-{again}.npy"
            np.save(folder / name, simulate(rig, fault, 1.0, rng).samples)
            yield {
                "file": name,
                "finding": fault,
                "asset": f"{fault}-{bearing}",
                "speed_rpm": f"{speed:g}",
                "rate_hz": f"{RATE_HZ:g}",
                "time": f"2026-11-{1 + bearing:02}T{again:02}:00:00Z",
            }
