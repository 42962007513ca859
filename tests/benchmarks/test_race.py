from dataclasses import replace

import numpy as np
import pytest
import torch
from rich.progress import Progress

from benchmarks import kit as kits
from benchmarks.agreement import AGREEMENTS, Disagreement
from benchmarks.competitors.competitor import Answer
from benchmarks.effort import QUICK
from benchmarks.entries import FLOAT32, ONNXRUNTIME, Entry
from benchmarks.kit import Kit
from benchmarks.process import Process, WorkerError
from benchmarks.race import race
from models.bundle import MODEL, PRETRAINED
from tests.simulated_windows import order_windows
from training.run import trained_network

BUNDLE = PRETRAINED / "order" / "1.0.0"
IMPOSTOR = Entry("impostor", "the quickest", "tests.benchmarks.impostor:Impostor", MODEL)
QUICKEST = replace(QUICK, rounds=2, slice_s=0.001, batches=(1, 8))


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """The shipped graph and network alone: exporting the others takes longer than these tests."""
    folder = tmp_path_factory.mktemp("kit")
    network = trained_network(BUNDLE)
    torch.save(network, folder / kits.NETWORK)
    (folder / MODEL).write_bytes((BUNDLE / MODEL).read_bytes())
    windows = order_windows(64)
    np.savez(folder / kits.WINDOWS, windows=windows, labels=np.zeros(len(windows), dtype=np.int64))
    return Kit(folder, {kits.NETWORK: network}, batch=8, epoch_steps=100)


def test_a_competitor_that_computes_the_same_is_timed_once_a_round(kit: Kit) -> None:
    with Progress(disable=True) as bar:
        found = race(kit, [FLOAT32], QUICKEST, bar)
    assert found.settings == ((1, 1), (1, 8))
    assert not found.not_run
    for lap in found.laps:
        assert len(lap.wall_us) == len(lap.cpu_us) == 2
        assert min(lap.wall_us) > 0
    assert found.resident_mib["float32"] > 0


def test_a_competitor_that_computes_something_else_is_refused_and_the_rest_is_timed(kit: Kit) -> None:
    with Progress(disable=True) as bar:
        found = race(kit, [IMPOSTOR, FLOAT32], QUICKEST, bar)
    assert {lap.competitor for lap in found.laps} == {"float32"}
    assert "does not compute the same" in found.not_run["impostor"]


def test_a_competitor_that_is_not_installed_says_what_to_install(kit: Kit) -> None:
    absent = Entry("absent", "", ONNXRUNTIME, MODEL, needs=("no_such_package", "pip install it"))
    without_file = Entry("no file", "", ONNXRUNTIME, "no-such.onnx")
    with Progress(disable=True) as bar:
        found = race(kit, [absent, without_file], QUICKEST, bar)
    assert found.not_run == {
        "absent": "no_such_package is not installed: pip install it",
        "no file": "the bundle has no no-such.onnx",
    }


@pytest.mark.parametrize("name", AGREEMENTS)
def test_answers_that_differ_in_logits_or_spikes_do_not_agree(name: str) -> None:
    rng = np.random.default_rng(0)
    wanted = Answer(rng.normal(size=(64, 4)).astype(np.float32), np.full(64, 1000, dtype=np.float32))
    held = AGREEMENTS[name]
    held.hold(wanted, wanted)
    for wrong in (
        wanted._replace(logits=wanted.logits[::-1]),
        wanted._replace(logits=wanted.logits * np.float32(np.nan)),
        wanted._replace(spikes=wanted.spikes * np.float32(1.1)),
    ):
        with pytest.raises(Disagreement, match="does not compute the same"):
            held.hold(wrong, wanted)


def test_what_a_worker_raises_is_told_and_the_next_question_answered(kit: Kit) -> None:
    files = {"file": str(kit.folder / MODEL), "windows": str(kit.folder / kits.WINDOWS)}
    with Process("benchmarks.runner:Runner", 1, place=ONNXRUNTIME, threads=1, **files) as process:
        with pytest.raises(WorkerError, match="AttributeError"):
            process.ask("no_such_method")
        assert len(process.ask("answer", count=3)["logits"]) == 3


def test_a_worker_that_dies_is_told() -> None:
    with pytest.raises(WorkerError, match="status 3"):
        Process("os:_exit", 1, status=3)
