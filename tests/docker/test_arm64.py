"""The shipped graphs, and whole diagnoses, on emulated arm64 processors beside what this machine answers."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.bundle import INT8_MODEL, PRETRAINED, RECORDED

ROOT = Path(__file__).resolve().parents[2]
GATEWAY = "cortex-a72"
PROCESSORS = {
    GATEWAY: "no dot product of bytes",
    "cortex-a76": "the dot product",
    "max": "also matrix products of bytes, and SVE",
}
"""What onnxruntime finds to multiply int8 with, and so which of its kernels run."""

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True)


def emulated(*command: str, cwd: Path, processor: str = GATEWAY) -> subprocess.CompletedProcess[str]:
    docker = ROOT / "docker"
    environment = {"PYTHON": sys.executable, "QEMU_CPU": processor}
    return run(docker / "emulated.sh", docker / "arm64.sh", *command, cwd=cwd, **environment)


@pytest.fixture(scope="module", autouse=True)
def arm64() -> None:
    """An arm64 Debian in the cache; made by whoever comes first."""
    made = emulated("true", cwd=ROOT)
    if made.returncode == 2 and os.environ.get("CI") != "true":
        pytest.skip(made.stderr.strip().splitlines()[-1])
    assert made.returncode == 0, made.stderr


def answer(ran: subprocess.CompletedProcess[str]) -> Any:
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("processor", PROCESSORS)
def test_every_shipped_graph_gives_its_golden_answers_and_the_int8_ones_to_the_last_bit(processor: str) -> None:
    found = answer(emulated("python3", "/checkout/tests/docker/golden.py", cwd=ROOT, processor=processor))
    bundles = len(list(PRETRAINED.glob("*/*/manifest.json")))
    assert len(found) == bundles * len(RECORDED)
    assert all(each["spikes_moved"] == 0 for each in found), found
    assert all(each["logits_off"] <= (0 if each["graph"] == INT8_MODEL else 1e-5) for each in found), found


@pytest.mark.parametrize("bundle", sorted(path.name for path in PRETRAINED.iterdir()))
def test_a_real_recording_gets_the_same_diagnosis(recording_file: Callable[[str], Path], bundle: str) -> None:
    recording = recording_file("mfpt/OuterRaceFault_3.mat")
    diagnosed_alike(recording, "--bearing", "NICE", "--bundle", bundle)


def test_a_simulated_recording_gets_the_same_diagnosis(tmp_path: Path) -> None:
    machine = ("--bearing", "6205", "--speed-rpm", "1797")
    made = here("data", "simulate", "inner.wav", "--fault", "inner_race", *machine, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    diagnosed_alike(tmp_path / "inner.wav", *machine)


def here(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "brinell", *arguments, cwd=cwd, PYTHONPATH=str(ROOT))


def diagnosed_alike(recording: Path, *options: str) -> None:
    question = ("diagnose", recording.name, *options, "--json")
    wanted = answer(here(*question, cwd=recording.parent))
    found = answer(emulated("python3", "-m", "brinell", *question, cwd=recording.parent))
    assert wanted["verdict"] == "diagnosed"
    for field in ("verdict", "fault", "bundle", "window_count"):
        assert found[field] == wanted[field]
    assert found["probabilities"] == pytest.approx(wanted["probabilities"], abs=0.01)
    # A spike train's rate is its count of spikes over a number that the bundle fixes.
    assert found["energy"]["firing_rates"] == pytest.approx(wanted["energy"]["firing_rates"], rel=1e-3)
    assert found["energy"]["synops"] == pytest.approx(wanted["energy"]["synops"], rel=1e-3)
