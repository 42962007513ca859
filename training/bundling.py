"""From a run's folder to a bundle: the same run gives the same bytes."""

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import BrinellError
from data.fault import FAULTS
from data.front_ends import FrontEnd
from data.rig import draw_rig, simulate
from models.bundle import Bundle, write_bundle
from models.manifest import Manifest
from training.card import card, licence
from training.export import MODEL, TRACE, export
from training.loop import WEIGHTS
from training.run import DRAFT, trained_network

GOLDEN_SEED = 20_000
GOLDEN_RATE_HZ = 48_000.0
GOLDEN_SECONDS = 1.0
GOLDEN_WINDOWS_A_RECORDING = 4


class RunError(BrinellError):
    """A folder is no finished run."""


def bundle(run: Path, to: Path, version: str) -> Bundle:
    """Exports the run in folder `run` (or a bundle, again) to `to/<name>/<version>`.

    Raises:
        RunError: the folder lacks what a finished run leaves behind.
        BundleError: what was written does not check out.
    """
    absent = [name for name in ("config.toml", WEIGHTS, DRAFT) if not (run / name).exists()]
    if absent:
        raise RunError(f"{run}: no {', '.join(absent)}; `brinell train` finishes a run")
    draft = Manifest.model_validate_json((run / DRAFT).read_bytes()).model_copy(update={"version": version})
    with tempfile.TemporaryDirectory() as scratch:
        export(trained_network(run), Path(scratch))
        files: dict[str, Path | bytes] = {name: Path(scratch) / name for name in (MODEL, TRACE)}
        files |= {name: run / name for name in ("config.toml", WEIGHTS)}
        files |= {"README.md": card(draft).encode(), "LICENSE": licence(draft).encode()}
        return write_bundle(to / draft.name / version, draft, files, golden_windows(draft.front_end))


def golden_windows(front_end: FrontEnd) -> NDArray[np.float32]:
    """Windows [K, 1, length] of simulated recordings of all four faults, the same ones for every bundle."""
    windows = []
    for number, fault in enumerate(FAULTS):
        rng = np.random.default_rng((GOLDEN_SEED, number))
        recording = simulate(draw_rig(rng, rate_hz=GOLDEN_RATE_HZ), fault, GOLDEN_SECONDS, rng)
        values = front_end.windows(recording).values
        windows.append(values.reshape(-1, 1, values.shape[-1])[:GOLDEN_WINDOWS_A_RECORDING])
    return np.concatenate(windows)
