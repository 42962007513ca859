"""A long recording is read in blocks, and its windows are those of one that is read whole."""

import numpy as np

from service.choice import BLOCK_SAMPLES, in_blocks
from service.registry import Registry
from tests.service.asking import Simulated


def test_a_long_recording_is_read_in_blocks_like_a_short_one(registry: Registry, simulated: Simulated) -> None:
    recording = simulated(seconds=150.0, rate_hz=12_000.0)
    assert BLOCK_SAMPLES < recording.samples.size < 2 * BLOCK_SAMPLES
    bundle = registry.bundles["order"]
    windows = in_blocks(bundle, recording)
    assert np.all(np.diff(windows.starts_s) > 0)
    assert windows.starts_s[-1] + windows.seconds <= recording.seconds
    assert len(windows.values) == 2 * int(75 * 30 / 4)
    whole = bundle.manifest.front_end.windows(recording)
    # The filters swing in at the block's edge only.
    np.testing.assert_allclose(windows.values[5:300], whole.values[5:300], atol=0.02)


def test_a_slow_shaft_gets_blocks_of_many_windows(registry: Registry, simulated: Simulated) -> None:
    bundle = registry.bundles["order"]
    recording = simulated(seconds=120.0, rate_hz=48_000.0, speed_rpm=60.0)
    assert len(in_blocks(bundle, recording).values) == 2 * (60 // 4)
