"""Training windows: balanced, repeatable, and no rig's state tied to a band."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.datasets import DATASETS
from data.fault import FAULTS, Fault
from data.front_ends import OrderFrontEnd, TimeFrontEnd
from data.protocols import Span
from data.recording import Recording
from data.rig import draw_rig, simulate
from training.config import Augmentation
from training.pool import Pool
from training.spans import read

FRONT_END = OrderFrontEnd(samples_per_revolution=64)


def _recording(fault: Fault, rig: str, seed: int = 0) -> Recording:
    rng = np.random.default_rng(seed)
    return replace(simulate(draw_rig(rng, rate_hz=12_000.0, speed_rpm=1500.0), fault, 1.0, rng), rig=rig)


def _pool(augmentation: Augmentation | None = None) -> Pool:
    kinds = [("normal", "a"), ("normal", "a"), ("normal", "b"), ("inner_race", "a"), ("outer_race", "b")]
    recordings = [_recording(Fault(fault), rig, seed) for seed, (fault, rig) in enumerate(kinds)]
    return Pool(recordings, FRONT_END, augmentation or Augmentation())


def test_every_fault_is_drawn_alike_however_many_recordings_it_has() -> None:
    _, labels = _pool().batch(3000, (0,))
    counts = Counter(FAULTS[label] for label in labels)
    assert set(counts) == {Fault.NORMAL, Fault.INNER_RACE, Fault.OUTER_RACE}
    assert all(abs(count - 1000) < 120 for count in counts.values())


def test_the_same_seed_gives_the_same_batch_and_another_seed_another() -> None:
    first, second, other = (_pool().batch(8, seed)[0] for seed in ((1, 2), (1, 2), (1, 3)))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_training_windows_are_standardised_like_those_that_are_served() -> None:
    windows, _ = _pool().batch(32, (0,))
    assert windows.shape == (32, 1, FRONT_END.length)
    assert windows.mean(axis=-1) == pytest.approx(np.zeros((32, 1)), abs=1e-4)
    assert windows.std(axis=-1) == pytest.approx(np.ones((32, 1)), abs=1e-3)


def test_without_augmentation_a_training_window_is_a_slice_of_the_served_signal() -> None:
    recording = _recording(Fault.OUTER_RACE, "a")
    front_end = TimeFrontEnd()
    pool = Pool([recording], front_end, Augmentation(stretch=0, snr_db=(200, 200)))
    window = pool.batch(2, (0,))[0][0, 0]
    signal = front_end.signals(recording)[0]
    starts = np.arange(len(signal) - front_end.length)
    slices = np.lib.stride_tricks.sliding_window_view(signal, front_end.length)[starts]
    likeness = (slices @ window) / np.linalg.norm(slices - slices.mean(axis=1, keepdims=True), axis=1)
    assert likeness.max() / np.linalg.norm(window) > 0.9


def test_no_rig_brings_only_its_healthy_state_to_a_band(data_root: Path) -> None:
    cwru = DATASETS["cwru"]
    bands = {}
    for name in ("97", "105"):
        (recording,) = read([Span(cwru.entry(name), 0, 0.3)], data_root)
        bands[name] = len(OrderFrontEnd().signals(recording))
    assert bands == {"97": 1, "105": 1}


def test_each_recording_is_learned_with_noise_on_its_raw_signal_too() -> None:
    rng = np.random.default_rng(0)
    machine = draw_rig(rng, rate_hz=12_000.0, speed_rpm=1500.0, snr_db=20.0)
    recording = replace(simulate(machine, Fault.OUTER_RACE, 1.0, rng), rig="a")
    plain = Augmentation(stretch=0, snr_db=(200, 200))
    pools = [Pool([recording], FRONT_END, plain.model_copy(update={"raw_snr_db": ratios})) for ratios in ((), (-20.0,))]
    clear, half_buried = (_share_with_strikes(pool) for pool in pools)
    assert clear > 0.9
    assert 0.3 < half_buried < 0.7


def _share_with_strikes(pool: Pool) -> float:
    """Of windows that stand out: strikes skew the log of an envelope to the right, noise to the left."""
    windows = pool.batch(200, (0,))[0][:, 0]
    return float(np.mean((windows**3).mean(axis=1) > 0))
