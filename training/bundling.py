"""From a run's folder to a bundle: the same run gives the same bytes."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.datasets import DATASETS
from data.errors import BrinellError
from data.fault import FAULTS, Fault
from data.front_ends import FrontEnd
from data.recording import Recording
from data.rig import draw_rig, simulate
from models.bundle import INT8_MODEL, MODEL, TRACE_MODEL, Bundle, write_bundle
from models.graph import Graph
from models.manifest import Manifest
from models.network import MraSnnConfig
from models.output import Network
from models.parent import PARENT
from training.card import card
from training.drawing.draw import can_draw, drawn, rounded
from training.drawing.int8 import Int8
from training.export import export
from training.licence import licence
from training.loop import WEIGHTS
from training.parity import read
from training.run import DRAFT, trained_network
from training.suites.truth import TRUTH
from training.suites.truth.missed import missed_never_seen

GOLDEN_SEED = 20_000
GOLDEN_RATE_HZ = 48_000.0
GOLDEN_SECONDS = 4.0
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
    draft = _with_never_seen(Manifest.model_validate_json((run / DRAFT).read_bytes()))
    draft = draft.model_copy(update={"version": version})
    network = trained_network(run)
    with tempfile.TemporaryDirectory() as scratch:
        model, trace = export(network, Path(scratch))
        files: dict[str, Path | bytes] = {MODEL: model, TRACE_MODEL: trace}
        files |= {name: run / name for name in ("config.toml", WEIGHTS)}
        files |= {name: run / name for name in (PARENT,) if (run / name).exists()}
        files |= {"README.md": card(draft).encode(), "LICENSE": licence(draft).encode()}
        answering = [(network, Graph(model))]
        if can_draw(network):
            files[INT8_MODEL] = drawn(network, Int8).SerializeToString(deterministic=True)
            answering.append((rounded(network), Graph(files[INT8_MODEL])))
        golden = golden_windows(draft.front_end, answering)
        return write_bundle(to / draft.name / version, draft, files, golden)


def _with_never_seen(draft: Manifest) -> Manifest:
    """With the truth table's miss rate on machines never seen, where the table has networks like this one.

    Those are spiking ones of the same kind that saw all rigs but the one they were asked about.
    """
    alike = isinstance(draft.network, MraSnnConfig) and bool(draft.summary.firing_rates)
    saw_all = {each.dataset for each in draft.training_data} == set(DATASETS)
    rate = missed_never_seen(draft.front_end.kind, TRUTH.ledger)
    if not (alike and saw_all) or draft.miss_rate.same_machine is None or rate is None:
        return draft
    return draft.model_copy(update={"miss_rate": draft.miss_rate.model_copy(update={"never_seen": rate})})


def golden_recording(fault: Fault) -> Recording:
    """The simulated recording whose windows show `fault` among the golden ones."""
    rng = np.random.default_rng((GOLDEN_SEED, FAULTS.index(fault)))
    return simulate(draw_rig(rng, rate_hz=GOLDEN_RATE_HZ), fault, GOLDEN_SECONDS, rng)


def golden_windows(front_end: FrontEnd, answering: Iterable[tuple[Network, Graph]]) -> NDArray[np.float32]:
    """Windows [K, 1, length] of simulated recordings of all four faults.

    Only windows on which torch and onnxruntime count the same spikes, with each network and its graph: where a
    potential lies on the threshold, another processor's sums may flip a spike, and a sound bundle would be refused.
    """
    pairs = tuple(answering)
    windows = []
    for fault in FAULTS:
        values = front_end.windows(golden_recording(fault)).values
        flat = values.reshape(-1, 1, values.shape[-1])
        agreed = np.logical_and.reduce(
            [(read(network, flat).spikes == graph.run(flat).spikes).all(axis=1) for network, graph in pairs]
        )
        windows.append(flat[agreed][:GOLDEN_WINDOWS_A_RECORDING])
    return np.concatenate(windows)
