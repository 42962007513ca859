"""TDMS files as LabVIEW writes them: groups, rates, units, several segments, and damage."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nptdms import ChannelObject, RootObject, TdmsWriter

from data.errors import FormatError, SignalError
from data.formats import read_signal, read_signals
from data.units import Calibration

RNG = np.random.default_rng(0)
FIRST, SECOND = RNG.normal(size=(2, 600)).astype(np.float32)
G = {"wf_increment": 1 / 25_600, "unit_string": "g"}


def save(path: Path, channels: dict[str, tuple[Any, dict[str, Any]]], segments: int = 1) -> Path:
    with TdmsWriter(path) as writer:
        for part in range(segments):
            objects: list[Any] = [RootObject({"machine": "pump"})]
            for name, (values, properties) in channels.items():
                objects.append(ChannelObject("vibration", name, np.array_split(values, segments)[part], properties))
            writer.write_segment(objects)
    return path


@pytest.mark.parametrize("segments", [1, 3])
def test_a_channel_is_read_with_its_rate_and_unit(tmp_path: Path, segments: int) -> None:
    signal = read_signal(save(tmp_path / "x.tdms", {"DE": (FIRST, G)}, segments))
    np.testing.assert_array_equal(signal.samples, FIRST)
    assert (signal.rate_hz, signal.unit, signal.channel) == (25_600, "g", "vibration/DE")


def test_several_channels_are_read_by_name_by_number_or_all(tmp_path: Path) -> None:
    path = save(tmp_path / "x.tdms", {"DE": (FIRST, G), "FE": (SECOND, G)})
    with pytest.raises(FormatError, match=r"2 channels \(vibration/DE, vibration/FE\)"):
        read_signal(path)
    for channel in ("FE", "vibration/FE", 2):
        np.testing.assert_array_equal(read_signal(path, channel=channel).samples, SECOND)
    assert [signal.channel for signal in read_signals(path)] == ["vibration/DE", "vibration/FE"]


def test_what_is_no_signal_is_no_channel(tmp_path: Path) -> None:
    words = np.array(["a", "b"])
    path = save(tmp_path / "x.tdms", {"names": (words, {}), "limits": (np.arange(4.0), {}), "DE": (FIRST, G)})
    assert read_signal(path).channel == "vibration/DE"


def test_a_channel_of_times_gives_the_rate(tmp_path: Path) -> None:
    path = save(tmp_path / "x.tdms", {"Time": (np.arange(600) / 12_800, {}), "DE": (FIRST, {})})
    signal = read_signal(path)
    assert (signal.rate_hz, signal.channel, signal.unit) == (12_800, "vibration/DE", None)


def test_volts_need_a_sensitivity_and_a_velocity_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "x.tdms", {"DE": (FIRST, G | {"unit_string": "V"})})
    with pytest.raises(SignalError, match="only it says how many g"):
        read_signal(path)
    told = read_signal(path, calibration=Calibration(sensitivity_mv_g=100))
    np.testing.assert_allclose(told.samples, FIRST * 10, rtol=1e-6)
    path = save(tmp_path / "y.tdms", {"DE": (FIRST, G | {"unit_string": "mm/s"})})
    with pytest.raises(SignalError, match="no unit of acceleration"):
        read_signal(path)


@given(st.integers(0, 4_000), st.binary(min_size=1, max_size=40))
def test_any_damage_is_read_or_refused(tmp_path: Path, place: int, damage: bytes) -> None:
    whole = bytearray(save(tmp_path / "x.tdms", {"DE": (FIRST, G), "FE": (SECOND, G)}).read_bytes())
    place %= 300  # the head is what can be misread
    whole[place : place + len(damage)] = damage
    (tmp_path / "y.tdms").write_bytes(whole)
    try:
        signals = read_signals(tmp_path / "y.tdms")
    except (FormatError, SignalError):
        return
    assert sum(signal.samples.nbytes for signal in signals) <= 4 * len(whole)
