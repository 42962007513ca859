"""A plant's machines tell nobody outside what runs on them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOADED = """
import training.static_quantisation
from models.bundle import PRETRAINED, Bundle
Bundle.load(next(PRETRAINED.glob("*/*/manifest.json")).parent)
import os
print(len(os.listdir("/proc/self/task")))
"""


def run(home: Path, **environment: str) -> int:
    """Threads of a process that has loaded a bundle, at home in `home`."""
    environment |= {"HOME": str(home), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_onnxruntime_makes_no_identity_of_this_machine_and_starts_nothing_that_would_send_it(tmp_path: Path) -> None:
    talkative, silent = tmp_path / "talkative", tmp_path / "silent"
    talkative.mkdir()
    silent.mkdir()
    # Where its makers have done away with the setting's meaning, this says so.
    assert run(talkative, ORT_DISABLE_TELEMETRY="0") == run(silent) + 1
    assert list(talkative.rglob("deviceid"))
    assert not list(silent.iterdir())
