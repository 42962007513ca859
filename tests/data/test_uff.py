"""Universal files, as pyuff writes them and as they come damaged."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyuff
from hypothesis import given
from hypothesis import strategies as st

from data.errors import FormatError
from data.formats import EVERY, Source, read_signal, read_signals, uff

RNG = np.random.default_rng(0)
FIRST, SECOND = RNG.normal(size=(2, 1_001))


def dataset(values: np.ndarray, name: str, *, binary: int = 0, rate: float = 48_828.0, **more: Any) -> dict[str, Any]:
    return {
        "type": 58,
        "ord_data_type": 2 if values.dtype == np.float32 else 4,
        "binary": binary,
        "func_type": 1,
        "rsp_node": 1,
        "rsp_dir": 3,
        "ref_node": 0,
        "ref_dir": 0,
        "data": values,
        "x": np.arange(values.size) / rate,
        "id1": name,
        "rsp_ent_name": "NONE",
        "ref_ent_name": "NONE",
        "abscissa_spacing": 1,
        "abscissa_spec_data_type": 17,
        "ordinate_spec_data_type": 12,
        "ordinate_axis_units_lab": "g",
        "orddenom_spec_data_type": 0,
        "z_axis_spec_data_type": 0,
    } | more


def save(path: Path, *sets: dict[str, Any], force_double: bool = True) -> Path:
    path.unlink(missing_ok=True)
    pyuff.UFF(str(path)).write_sets(list(sets), mode="add", force_double=force_double)
    return path


@pytest.mark.parametrize(("binary", "kind"), [(0, np.float32), (0, np.float64), (1, np.float64)])
def test_a_time_signal_is_read_with_its_rate_and_unit(tmp_path: Path, binary: int, kind: type) -> None:
    values = FIRST.astype(kind)
    path = save(tmp_path / "x.uff", dataset(values, "drive end", binary=binary), force_double=kind is np.float64)
    signal = read_signal(path)
    np.testing.assert_allclose(signal.samples, FIRST, rtol=1e-5 if kind is np.float32 else 1e-7)
    assert (signal.rate_hz, signal.unit, signal.channel) == (48_828, "g", "drive end")


def test_binary_values_may_be_single_and_of_either_byte_order(tmp_path: Path) -> None:
    # By hand: pyuff writes doubles under a header that says single.
    path = save(tmp_path / "x.uff", dataset(FIRST, "x", binary=1))
    head = path.read_bytes().split(b"\n", 13)[:13]
    head[1] = b"    58b     2     2          11        4004     0     0           0           0"
    head[8] = head[8].replace(b"         4      1001", b"         2      1001")
    path.write_bytes(b"\n".join(head) + b"\n" + FIRST.astype(">f4").tobytes() + b"    -1\n")
    np.testing.assert_array_equal(read_signal(path).samples, FIRST.astype(np.float32))


def test_several_signals_are_read_by_name_by_number_or_all_and_a_spectrum_is_none(tmp_path: Path) -> None:
    spectrum = dataset(FIRST, "spectrum", func_type=2)
    metres = dataset(SECOND, "fan end", binary=1, ordinate_axis_units_lab="m/s^2")
    path = save(tmp_path / "x.unv", dataset(FIRST, "drive end"), spectrum, metres)
    with pytest.raises(FormatError, match=r"2 channels \(drive end, fan end\)"):
        read_signal(path)
    for channel in ("fan end", 2):
        np.testing.assert_allclose(read_signal(path, channel=channel).samples, SECOND / 9.80665, rtol=1e-5, atol=1e-6)
    assert [signal.channel for signal in read_signals(path)] == ["drive end", "fan end"]


def test_the_mark_that_ends_a_set_may_stand_among_binary_values(tmp_path: Path) -> None:
    values = FIRST.copy()
    values[100:102] = np.frombuffer(b"\n    -1\n    58b\n", "<f8", 1)[0], 0
    path = save(tmp_path / "x.uff", dataset(values, "drive end", binary=1), dataset(SECOND, "fan end", binary=1))
    first, second = read_signals(path)
    np.testing.assert_array_equal(first.samples, values.astype(np.float32))
    np.testing.assert_array_equal(second.samples, SECOND.astype(np.float32))


def test_neighbours_need_no_blank_between_them_and_d_is_an_exponent(tmp_path: Path) -> None:
    path = save(tmp_path / "x.uff", dataset(FIRST.astype(np.float32), "x"), force_double=False)
    lines = path.read_text().split("\n")
    values = np.where(np.arange(1_001) % 2, -123.25, 1.5)
    rows = [values[first : first + 6] for first in range(0, 1_001, 6)]
    body = ["".join(f"{value:13.5E}" for value in row).replace("E", "D") for row in rows]
    assert "D+00-1.23250D+02" in body[0].replace(" ", "")
    path.write_text("\n".join([*lines[:13], *body, "    -1", ""]))
    np.testing.assert_array_equal(read_signal(path).samples, values.astype(np.float32))


@pytest.mark.parametrize("binary", [0, 1])
def test_a_file_cut_short_is_refused(tmp_path: Path, binary: int) -> None:
    path = save(tmp_path / "x.uff", dataset(FIRST, "x", binary=binary))
    path.write_bytes(path.read_bytes()[:-3_000])
    with pytest.raises(FormatError, match="follow"):
        read_signal(path)


def test_a_set_that_claims_more_than_there_is_claims_no_memory(tmp_path: Path) -> None:
    path = save(tmp_path / "x.uff", dataset(FIRST, "x"))
    path.write_text(path.read_text().replace("      1001         1", "2000000000         1"))
    with pytest.raises(FormatError, match="2000000000 values are announced"):
        read_signal(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("uff") / "x.uff"
    return save(path, dataset(FIRST, "a"), dataset(SECOND, "b", binary=1)).read_bytes()


@given(place=st.integers(0, 30_000), damage=st.binary(min_size=1, max_size=40))
def test_any_damage_is_read_or_refused(whole: bytes, place: int, damage: bytes) -> None:
    damaged = bytearray(whole)
    place %= len(damaged)
    damaged[place : place + len(damage)] = damage
    try:
        signals = uff.read(Source("x", io.BytesIO(damaged)), EVERY)
    except FormatError:
        return
    assert sum(signal.samples.size for signal in signals) <= len(damaged)
