"""A table reads weights in PyTorch: what it prints must be what the exported graph would have given."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from data.protocols import Span
from data.recording import Recording
from models.bundle import MODEL
from models.graph import Graph
from training.config import TrainingConfig
from training.judging import judge
from training.run import Run
from training.weights import Weights


def test_weights_read_as_their_exported_graph_does(
    tmp_path: Path, small_root: Path, small_config: Callable[..., TrainingConfig]
) -> None:
    run = Run(small_config(steps=20), small_root, tmp_path)
    run.learn()
    assert not (tmp_path / MODEL).exists()
    where = (run.config.front_end, run.split.test, small_root, run.faults)
    in_torch = judge(Weights(tmp_path), *where)
    run.train()
    for one, other in zip(in_torch, judge(Graph(tmp_path / MODEL), *where), strict=True):
        np.testing.assert_allclose(one.windows, other.windows, atol=1e-4)
        np.testing.assert_array_equal(one.spikes, other.spikes)
        np.testing.assert_array_equal(one.synops, other.synops)


def test_a_recording_can_be_altered_before_it_is_read(
    tmp_path: Path, small_root: Path, small_config: Callable[..., TrainingConfig]
) -> None:
    def halved(recording: Recording, span: Span) -> Recording:
        return replace(recording, samples=recording.samples[: recording.samples.size // 2])

    run = Run(small_config(steps=2), small_root, tmp_path)
    run.learn()
    where = (Weights(tmp_path), run.config.front_end, run.split.test, small_root, run.faults)
    for half, whole in zip(judge(*where, halved), judge(*where), strict=True):
        assert 2 * len(half.windows) <= len(whole.windows)
