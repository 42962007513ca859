"""What everything is measured on: windows of real recordings, and one recording of ten seconds."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.datasets import DATASETS
from data.errors import DatasetError
from data.fault import FAULTS, Fault
from data.recording import Recording
from data.rig import draw_rig, simulate
from models.bundle import Bundle
from training.config import TrainingConfig
from training.spans import read, split_of

RATE_HZ = 50_000.0
SPEED_RPM = 1000.0
SECONDS = 10.0
RECORDED = "ob1000_2"
SIMULATED = "simulated"


@dataclass(frozen=True, eq=False)
class Work:
    """Windows float32 [N, 1, length] with fault numbers [N], and where they are from."""

    windows: NDArray[np.float32]
    labels: NDArray[np.int64]
    source: str


def work(bundle: Bundle, root: Path, count: int) -> Work:
    """`count` windows spread over the test part of the bundle's own protocol, or simulated where that is not there."""
    config = TrainingConfig.read(bundle.folder / "config.toml")
    try:
        recordings = list(read(split_of(config.sources, root, config.simulation).test, root))
        source = ", ".join(each.dataset for each in config.sources)
    except DatasetError:
        rng = np.random.default_rng(0)
        recordings = [simulate(draw_rig(rng, rate_hz=48_000.0), fault, 4.0, rng) for fault in FAULTS]
        source = SIMULATED
    windows, labels = [], []
    for recording in recordings:
        values = bundle.manifest.front_end.windows(recording).values
        assert recording.fault is not None
        windows.append(values.reshape(-1, 1, values.shape[-1]))
        labels.append(np.full(len(windows[-1]), FAULTS.index(recording.fault)))
    together = np.concatenate(windows)
    # A prime step through all of them: neighbours in a batch are of different recordings.
    chosen = np.arange(count) * 7919 % len(together)
    return Work(together[chosen], np.concatenate(labels)[chosen], source)


def recording(root: Path) -> Recording:
    """Ten seconds at 50 kHz and 1,000 rpm of a damaged outer race; simulated where JNU is not there."""
    jnu = DATASETS["jnu"]
    entry = jnu.entry(RECORDED)
    samples = round(SECONDS * RATE_HZ)
    if jnu.path(root, entry) is not None:
        found = jnu.load(root, entry)
        return replace(found, samples=np.resize(found.samples, samples))
    rng = np.random.default_rng(0)
    return simulate(draw_rig(rng, rate_hz=RATE_HZ, speed_rpm=SPEED_RPM), Fault.OUTER_RACE, SECONDS, rng)
