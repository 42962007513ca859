"""Envelope lines, read in batches with short transforms, are those of the plain computation in double precision."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from data.datasets import named
from data.envelope_spectrum import BANDS, WHITENED, EnvelopeSpectrum
from data.fault import FAULTS
from data.recording import Recording
from data.rig import draw_rig, simulate
from tests.plain_envelope import plainly

TOLERANCE_NP = 1e-3
REAL = ("mfpt/baseline_1", "mfpt/InnerRaceFault_vload_3", "jnu/ob600_2", "cwru/171", "cwru/3003")
"""Three rigs, four rates; the last two change their answer most where a line moves."""


def plan_of(recording: Recording, highest: float = 40.0) -> EnvelopeSpectrum:
    assert recording.shaft_hz is not None
    return EnvelopeSpectrum.over_orders(recording.rate_hz, recording.shaft_hz, 1.0, highest, BANDS, WHITENED)


def assert_as_plainly(recording: Recording) -> None:
    plan = plan_of(recording)
    read = np.concatenate(list(plan.batches(recording.samples)))
    assert len(read) == recording.samples.size // plan.window
    for number, ratios in enumerate(read):
        window = recording.samples[number * plan.window : (number + 1) * plan.window]
        np.testing.assert_allclose(ratios, plainly(plan, window), atol=TOLERANCE_NP, rtol=0)


@pytest.mark.parametrize("seed", range(4))
def test_the_lines_of_simulated_machines_are_those_of_the_plain_computation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rate = (12_000.0, 25_600.0, 48_000.0, 50_000.0)[seed]
    assert_as_plainly(simulate(draw_rig(rng, rate_hz=rate), FAULTS[seed], 5.3, rng))


@pytest.mark.parametrize("name", REAL)
def test_the_lines_of_real_machines_are_those_of_the_plain_computation(name: str, data_root: Path) -> None:
    dataset, (entry,) = named(name)
    assert_as_plainly(dataset.load(data_root, entry).span(0, 0.4))


def test_memory_does_not_grow_with_the_recording() -> None:
    rng = np.random.default_rng(0)
    ten = simulate(draw_rig(rng, rate_hz=50_000.0, speed_rpm=1000.0), FAULTS[1], 10.0, rng)
    plan = plan_of(ten)
    assert _peak_bytes(plan, np.tile(ten.samples, 6)) < 1.1 * _peak_bytes(plan, ten.samples)


def _peak_bytes(plan: EnvelopeSpectrum, samples: np.ndarray) -> int:
    tracemalloc.start()
    plan.lines(samples)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
