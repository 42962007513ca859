"""A small dataset and a small configuration that train in seconds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from data.datasets import DATASETS
from data.front_ends import OrderFrontEnd
from data.geometry import Geometry
from data.rig import Rig, simulate
from models.network import MraSnnConfig
from training.config import Schedule, Source, TrainingConfig

RATE_HZ = 12_000.0
SECONDS = 1.0


@pytest.fixture(scope="session")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root that holds a small `mfpt`."""
    return _write_small_mfpt(tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="session")
def small_config() -> Callable[..., TrainingConfig]:
    """Makes a configuration of a 4 k network on the small dataset; keywords go to its schedule."""

    def make(**schedule: int) -> TrainingConfig:
        return TrainingConfig(
            name="small",
            front_end=OrderFrontEnd(samples_per_revolution=64),
            network=MraSnnConfig(window_length=256, branch_channels=2, stage_widths=(8, 16, 16), timesteps=(2, 2, 2)),
            sources=(Source(dataset="mfpt", protocol="by-recording"),),
            schedule=Schedule(
                **({"steps": 60, "batch": 16, "validate_every": 20, "checkpoint_every": 10, "threads": 1} | schedule)
            ),
        )

    return make


def _write_small_mfpt(root: Path) -> Path:
    """Writes every recording of MFPT's list under `root / "mfpt"`, one second each at 12 kHz; returns `root`."""
    folder = root / "mfpt"
    folder.mkdir(parents=True)
    for number, entry in enumerate(DATASETS["mfpt"].entries):
        rig = Rig(Geometry(8, 0.1888), entry.speed_rpm, RATE_HZ, snr_db=6.0, noise_g=0.1)
        recording = simulate(rig, entry.fault, SECONDS, np.random.default_rng(number))
        struct = {
            "sr": RATE_HZ,
            "gs": recording.samples.astype(np.float64)[:, None],
            "load": entry.load.split()[0],
            "rate": 25.0,
        }
        scipy.io.savemat(folder / entry.file, {"bearing": struct})
    return root
