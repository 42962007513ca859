"""A training run survives being killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from training.checkpoint import CheckpointError, peek
from training.config import TrainingConfig
from training.loop import CHECKPOINT, WEIGHTS
from training.run import Run

CHECKOUT = Path(__file__).resolve().parents[2]


def _train(config: Path, runs: Path, root: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "brinell.py", "train", str(config), "--runs", str(runs), "--data", str(root)]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _finish(process: "subprocess.Popen[str]") -> str:
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output
    return output


def test_a_training_killed_inside_an_epoch_ends_with_the_same_weights_bit_for_bit(
    tmp_path: Path, small_root: Path, small_config: Callable[..., TrainingConfig]
) -> None:
    config = small_config(steps=300, validate_every=100)
    config.write(tmp_path / "small.toml")
    folder = Run.under(config, small_root, tmp_path).folder.name
    _finish(_train(tmp_path / "small.toml", tmp_path / "whole", small_root))

    killed = _train(tmp_path / "small.toml", tmp_path / "killed", small_root)
    checkpoint = tmp_path / "killed" / folder / CHECKPOINT
    while not checkpoint.exists() or peek(checkpoint)["step"] < 120:
        assert killed.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert 120 <= peek(checkpoint)["step"] < 300
    assert not (tmp_path / "killed" / folder / WEIGHTS).exists()

    output = _finish(_train(tmp_path / "small.toml", tmp_path / "killed", small_root))
    assert "goes on from step" in output
    whole, resumed = ((tmp_path / runs / folder / WEIGHTS).read_bytes() for runs in ("whole", "killed"))
    assert resumed == whole
    assert len(whole) > 10_000


def test_a_finished_training_is_not_trained_again(
    tmp_path: Path, small_root: Path, small_config: Callable[..., TrainingConfig]
) -> None:
    run = Run(small_config(), small_root, tmp_path)
    run.train()
    written = (tmp_path / CHECKPOINT).stat().st_mtime_ns
    run.train()
    assert (tmp_path / CHECKPOINT).stat().st_mtime_ns == written


def test_a_folder_of_another_configuration_is_refused(
    tmp_path: Path, small_root: Path, small_config: Callable[..., TrainingConfig]
) -> None:
    Run(small_config(steps=20), small_root, tmp_path).train()
    with pytest.raises(CheckpointError, match="another configuration"):
        Run(small_config(steps=40), small_root, tmp_path).train()


def test_the_log_tells_the_firing_rate_of_every_layer(
    tmp_path: Path, small_root: Path, small_config: Callable[..., TrainingConfig]
) -> None:
    config = small_config()
    Run(config, small_root, tmp_path).train()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [20, 40, 60]
    rates = {name: rate for name, rate in lines[-1].items() if name.startswith("firing rate/")}
    assert len(rates) == 3 * len(config.network.timesteps) + 1
    assert all(0 < rate < 1 for rate in rates.values())
    assert list((tmp_path / "events").glob("events.out.tfevents.*"))


def test_training_stops_early_where_validation_no_longer_gets_better(
    tmp_path: Path, small_root: Path, small_config: Callable[..., TrainingConfig]
) -> None:
    config = small_config(steps=2000, validate_every=5, patience=1)
    Run(config, small_root, tmp_path).train()
    assert peek(tmp_path / CHECKPOINT)["step"] < 2000
