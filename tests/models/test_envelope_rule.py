"""The envelope rule names the order that a simulated bearing really strikes at, and nothing on a healthy one."""

import math
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from data.errors import NotApplicable
from data.fault import FAULTS, Fault
from data.geometry import CharacteristicOrders, Geometry
from data.recording import Recording
from data.rig import LoadZone, Rig, draw_rig, simulate
from models.envelope_rule import CANDIDATES, EnvelopeRule, Evidence, decoy_orders

RULE = EnvelopeRule()
# A small ball bearing, a deep-groove one like 6205, a cylindrical-roller one like N205.
GEOMETRIES = {"8 balls": Geometry(8, 0.1888), "9 balls": Geometry(9, 0.2033), "13 rollers": Geometry(13, 0.169)}
SPEEDS_RPM = [600.0, 900.0, 1200.0, 1500.0, 1800.0]


def seeded(*parts: object) -> np.random.Generator:
    return np.random.default_rng([ord(letter) for letter in repr(parts)])


@pytest.mark.parametrize("speed_rpm", SPEEDS_RPM)
@pytest.mark.parametrize("bearing", GEOMETRIES)
def test_the_right_state_is_read_at_every_speed_and_geometry(bearing: str, speed_rpm: float) -> None:
    for fault in FAULTS:
        rng = seeded(bearing, speed_rpm, fault.value)
        rig = draw_rig(rng, geometry=GEOMETRIES[bearing], speed_rpm=speed_rpm, snr_db=-3.0, rate_hz=48_000.0)
        evidence = RULE.read(simulate(rig, fault, 3.0, rng))
        assert evidence.fault is fault, evidence
        if fault is not Fault.NORMAL:
            assert evidence.forced is fault


def test_few_of_many_random_faulty_rigs_are_read_wrong_and_few_healthy_ones_alarm() -> None:
    rng = np.random.default_rng(17)
    read = [(fault, RULE.read(simulate(draw_rig(rng), fault, 2.0, rng))) for _ in range(25) for fault in FAULTS]
    faulty = [(fault, evidence) for fault, evidence in read if fault is not Fault.NORMAL]
    named = sum(evidence.fault is fault for fault, evidence in faulty)
    wrong = sum(evidence.fault not in (fault, Fault.NORMAL) for fault, evidence in faulty)
    alarms = sum(evidence.fault is not Fault.NORMAL for fault, evidence in read if fault is Fault.NORMAL)
    assert named >= 0.8 * len(faulty)
    assert wrong <= 0.06 * len(faulty)
    assert alarms <= 2


@pytest.mark.parametrize("fault", CANDIDATES)
def test_the_matched_order_is_the_one_with_slip(fault: Fault) -> None:
    rig = Rig(GEOMETRIES["9 balls"], 1500, 48_000, snr_db=3, slip=0.012, jitter=0.002)
    evidence = RULE.read(simulate(rig, fault, 4.0, np.random.default_rng(0)))
    true = rig.slipped_orders().of(fault)
    assert evidence.candidates[fault].matched_order == pytest.approx(true, rel=0.004)
    assert evidence.candidates[fault].expected_order == pytest.approx(rig.geometry.orders().of(fault))


def test_harmonics_are_told_in_db_over_their_surroundings() -> None:
    rig = Rig(GEOMETRIES["9 balls"], 1500, 48_000, snr_db=6, jitter=0.001)
    heights = RULE.read(simulate(rig, Fault.OUTER_RACE, 4.0, np.random.default_rng(0))).candidates
    assert all(height is not None and height > 15 for height in heights[Fault.OUTER_RACE].harmonics_db)
    # One harmonic of the inner race may lie on one of the outer race's (2 BPFI is nearly 3 BPFO here), not most.
    assert sum(height is not None and height < 12 for height in heights[Fault.INNER_RACE].harmonics_db) >= 3


def test_level_and_offset_of_the_signal_do_not_matter() -> None:
    recording = simulate(Rig(GEOMETRIES["8 balls"], 1500, 48_000), Fault.INNER_RACE, 2.0, np.random.default_rng(0))
    louder = replace(recording, samples=recording.samples * np.float32(64.0) + np.float32(3.0))
    there, here = RULE.read(recording), RULE.read(louder)
    assert here.fault is there.fault
    assert [here.z[fault] for fault in CANDIDATES] == pytest.approx([there.z[fault] for fault in CANDIDATES], abs=0.2)


def test_one_violent_second_does_not_outweigh_the_others() -> None:
    recording = simulate(Rig(GEOMETRIES["8 balls"], 1500, 48_000), Fault.INNER_RACE, 6.0, np.random.default_rng(0))
    samples = recording.samples.copy()
    samples[100_000:110_000] += 300 * np.random.default_rng(1).standard_normal(10_000).astype(np.float32)
    assert RULE.read(replace(recording, samples=samples)).fault is Fault.INNER_RACE


def test_a_speed_wrong_by_six_percent_halves_the_evidence_for_the_true_fault() -> None:
    recording = simulate(Rig(GEOMETRIES["8 balls"], 1500, 48_000), Fault.OUTER_RACE, 3.0, np.random.default_rng(0))
    evidence = RULE.read(replace(recording, speed_rpm=1500 * 1.06))
    assert evidence.z[Fault.OUTER_RACE] < 0.5 * RULE.read(recording).z[Fault.OUTER_RACE]
    assert evidence.speed_used_rpm == pytest.approx(1590)


@pytest.mark.parametrize("samples", [np.zeros(48_000), np.full(48_000, 9.81)], ids=["zeros", "a constant"])
def test_silence_shows_nothing(samples: np.ndarray) -> None:
    flat = Recording(samples, 48_000.0, speed_rpm=1500.0, orders=GEOMETRIES["8 balls"].orders())
    evidence = RULE.read(flat)
    assert evidence.fault is Fault.NORMAL
    assert all(math.isfinite(z) for z in evidence.z.values())


def test_unknown_speed_or_bearing_or_too_short_a_signal_is_not_applicable() -> None:
    recording = simulate(Rig(GEOMETRIES["8 balls"], 1500, 12_000), Fault.NORMAL, 1.5, np.random.default_rng(0))
    for changed in (replace(recording, speed_rpm=None), replace(recording, orders=None)):
        with pytest.raises(NotApplicable, match="speed and the bearing"):
            RULE.read(changed)
    with pytest.raises(NotApplicable, match=r"0\.90 s of signal"):
        RULE.read(recording.span(0, 0.6))
    assert RULE.read(recording.span(0, 0.7)).windows == 1


def test_a_slow_shaft_gets_longer_windows_and_is_still_read() -> None:
    rig = Rig(GEOMETRIES["9 balls"], 120, 24_000, snr_db=6, jitter=0.002, load_zone=LoadZone(0.5, 0.6))
    recording = simulate(rig, Fault.OUTER_RACE, 16.0, np.random.default_rng(0))
    evidence = RULE.read(recording)
    assert evidence.windows == 4
    assert evidence.fault is Fault.OUTER_RACE
    with pytest.raises(NotApplicable, match="at this speed"):
        RULE.read(recording.span(0, 0.2))


def test_a_rate_too_low_for_any_band_is_not_applicable() -> None:
    slow = Recording(np.random.default_rng(0).standard_normal(2000), 500.0, 1500.0, GEOMETRIES["8 balls"].orders())
    with pytest.raises(NotApplicable, match="too low a rate"):
        RULE.read(slow)


def test_a_shaft_so_fast_that_every_line_is_out_of_band_is_not_applicable() -> None:
    noise = np.random.default_rng(0).standard_normal(12_000)
    with pytest.raises(NotApplicable, match="beyond what this rate can show"):
        RULE.read(Recording(noise, 12_000.0, 60_000.0, CharacteristicOrders(11.0, 13.0, 6.0, 0.42)))


def test_decoys_keep_clear_of_every_true_order_and_there_are_enough() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        orders = draw_rig(rng).geometry.orders()
        decoys = decoy_orders(orders)
        assert decoys.size >= 25
        assert all(np.abs(decoys / orders.of(fault) - 1).min() > 0.05 for fault in CANDIDATES)


@pytest.mark.parametrize("across", ["mean", "max"])
@pytest.mark.parametrize("whitenings", [(), ("phase",), ("phase", "smoothed")])
def test_every_variant_reads_a_clear_fault(across: str, whitenings: tuple[str, ...]) -> None:
    rule = EnvelopeRule.model_validate({"across": across, "whitenings": whitenings, "harmonics": 3})
    recording = simulate(Rig(GEOMETRIES["9 balls"], 1500, 48_000), Fault.OUTER_RACE, 2.0, np.random.default_rng(0))
    assert rule.read(recording).fault is Fault.OUTER_RACE


def test_rule_and_evidence_survive_their_json() -> None:
    rig = Rig(GEOMETRIES["8 balls"], 1500, 12_000)
    evidence = RULE.read(simulate(rig, Fault.OUTER_RACE, 2.0, np.random.default_rng(0)))
    assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence
    assert EnvelopeRule.model_validate_json(RULE.model_dump_json()) == RULE


def test_memory_does_not_grow_with_the_recording_and_ten_seconds_cost_little() -> None:
    rig = Rig(GEOMETRIES["8 balls"], 1500, 50_000)
    second = simulate(rig, Fault.OUTER_RACE, 10.0, np.random.default_rng(0))
    long = replace(second, samples=np.tile(second.samples, 6))
    before = time.process_time()
    RULE.read(second)
    assert time.process_time() - before < 1.0
    assert _peak_bytes(long) < 1.1 * _peak_bytes(second) + 100_000


def _peak_bytes(recording: Recording) -> int:
    tracemalloc.start()
    RULE.read(recording)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
