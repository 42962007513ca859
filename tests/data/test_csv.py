"""Text files as engineers have them: with and without a header, times, units, decimal commas, and mistakes."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from data.errors import FormatError
from data.formats import read_signal, read_signals
from data.formats.csv import read_column

RATE = 12_800


@pytest.fixture
def samples() -> np.ndarray:
    return np.random.default_rng(0).normal(size=600).round(5)


def written(path: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def test_a_csv_without_header_keeps_its_first_sample(tmp_path: Path, samples: np.ndarray) -> None:
    path = written(tmp_path / "x.csv", [f"{value}" for value in samples])
    signal = read_signal(path)
    np.testing.assert_array_equal(signal.samples, samples.astype(np.float32))
    assert signal.rate_hz is None
    np.testing.assert_array_equal(read_column(path), samples.astype(np.float32))


def test_a_header_is_no_sample(tmp_path: Path, samples: np.ndarray) -> None:
    signal = read_signal(written(tmp_path / "x.csv", ["acceleration", *map(str, samples)]))
    np.testing.assert_array_equal(signal.samples, samples.astype(np.float32))


@pytest.mark.parametrize(("heading", "factor"), [("time (s)", 1), ("Time [ms]", 1e3), ("t", 1), ("Zeit in µs", 1e6)])
def test_a_column_of_times_gives_the_rate(tmp_path: Path, samples: np.ndarray, heading: str, factor: float) -> None:
    rows = [f"{n / RATE * factor:.4f},{value}" for n, value in enumerate(samples)]
    if factor == 1:
        rows = [f"{n / RATE:.9f},{value}" for n, value in enumerate(samples)]
    signal = read_signal(written(tmp_path / "x.csv", [f"{heading},Channel A", *rows]))
    assert signal.rate_hz == pytest.approx(RATE, rel=1e-4)
    np.testing.assert_array_equal(signal.samples, samples.astype(np.float32))


def test_times_rounded_to_a_microsecond_still_give_the_rate(tmp_path: Path) -> None:
    rows = [f"{n / 48_828:.6f},{n % 7}" for n in range(20_000)]
    assert read_signal(written(tmp_path / "x.csv", rows)).rate_hz == 48_828


def test_times_with_too_few_digits_to_tell_neighbours_apart_still_give_the_rate(tmp_path: Path) -> None:
    rows = [f"{n / RATE:.3f},{n % 7}" for n in range(RATE + 1)]
    assert read_signal(written(tmp_path / "x.csv", ["time,a", *rows])).rate_hz == RATE


@pytest.mark.parametrize("times", [[0.0] * 600, list(range(600, 0, -1)), [0.0, 1.0, float("nan")] * 200])
def test_times_that_do_not_rise_are_refused(tmp_path: Path, times: list[float]) -> None:
    rows = [f"{time},1.5" for time in times]
    with pytest.raises(FormatError, match="not regular"):
        read_signal(written(tmp_path / "x.csv", ["time,a", *rows]))


def test_a_unit_on_a_second_header_line_counts(tmp_path: Path, samples: np.ndarray) -> None:
    rows = [f"{n / RATE * 1e3:.6f};{value}" for n, value in enumerate(samples)]
    signal = read_signal(written(tmp_path / "x.csv", ["Time;Channel A", "(ms);(g)", "", *rows]))
    assert signal.rate_hz == RATE


def test_a_decimal_comma_is_read_where_semicolons_separate(tmp_path: Path, samples: np.ndarray) -> None:
    rows = [f"{n / RATE:.9f};{value}".replace(".", ",") for n, value in enumerate(samples)]
    signal = read_signal(written(tmp_path / "x.csv", ["Zeit (s);Beschleunigung (m/s²)", *rows], "latin-1"))
    assert signal.rate_hz == RATE
    assert signal.unit == "m/s2"
    np.testing.assert_allclose(signal.samples, samples / 9.80665, rtol=1e-6)


def test_excels_unicode_text_is_read(tmp_path: Path, samples: np.ndarray) -> None:
    rows = [f"{n}\t{value}" for n, value in enumerate(samples)]
    signal = read_signal(written(tmp_path / "x.txt", ["Index\tg", *rows], "utf-16"))
    np.testing.assert_array_equal(signal.samples, samples.astype(np.float32))
    assert signal.rate_hz is None
    assert "counts the samples" in signal.note


def test_of_several_columns_one_must_be_named_or_numbered(tmp_path: Path, samples: np.ndarray) -> None:
    rows = [f"{n / RATE:.9f},{value},{-value}" for n, value in enumerate(samples)]
    path = written(tmp_path / "x.csv", ["time,drive end,fan end", *rows])
    with pytest.raises(FormatError, match=r"drive end, fan end.*channel"):
        read_signal(path)
    for channel in ("fan end", 3, "3"):
        np.testing.assert_array_equal(read_signal(path, channel=channel).samples, -samples.astype(np.float32))
    with pytest.raises(FormatError, match=r"no channel 'base'.*time, drive end, fan end"):
        read_signal(path, channel="base")


def test_two_measured_columns_are_not_taken_for_times(tmp_path: Path, samples: np.ndarray) -> None:
    path = written(tmp_path / "x.csv", [f"{value},{-value}" for value in samples])
    with pytest.raises(FormatError, match=r"2 channels \(1, 2\).*decimal point"):
        read_signal(path)


def test_a_gap_in_the_times_is_refused_where_it_is(tmp_path: Path, samples: np.ndarray) -> None:
    times = np.arange(samples.size) / RATE
    times[300:] += 1
    rows = [f"{time:.9f},{value}" for time, value in zip(times, samples, strict=True)]
    with pytest.raises(FormatError, match=r"not regular.*sample 300"):
        read_signal(written(tmp_path / "x.csv", ["time,a", *rows]))


def test_a_word_among_the_numbers_is_refused_with_its_row(tmp_path: Path, samples: np.ndarray) -> None:
    rows = [str(value) for value in samples]
    rows[100] = "overload"
    with pytest.raises(FormatError, match=r"overload.*row 100"):
        read_signal(written(tmp_path / "x.csv", rows))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"<html>not found</html>\n", b"\x00\x01\x02" * 99])
def test_what_holds_no_numbers_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="no line of numbers"):
        read_signal(path)


@given(arrays.arrays(np.float32, st.integers(2, 40), elements=st.floats(-1e6, 1e6, width=32)))
def test_any_column_of_numbers_comes_back_whole(tmp_path_factory: pytest.TempPathFactory, values: np.ndarray) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    np.savetxt(path, values, fmt="%.9g")
    np.testing.assert_array_equal(read_signal(path).samples, values)


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("acc (g)", "g"),
        ("acc [m/s^2]", "m/s2"),
        ("acc (drive end)", None),
        ("acc\n(m/s2)", "m/s2"),
        ("2 (g)", "g"),
    ],
)
def test_a_unit_in_a_heading_is_understood_and_another_word_is_none(
    tmp_path: Path, samples: np.ndarray, heading: str, unit: str | None
) -> None:
    path = written(tmp_path / "x.csv", [*heading.split("\n"), *map(str, samples)])
    assert read_signal(path).unit == unit


def test_every_column_but_the_times_is_a_channel(tmp_path: Path, samples: np.ndarray) -> None:
    rows = [f"{n / RATE:.9f},{value},{-value}" for n, value in enumerate(samples)]
    path = written(tmp_path / "x.csv", ["time,drive end,fan end", *rows])
    first, second = read_signals(path)
    assert (first.channel, second.channel) == ("drive end", "fan end")
    assert first.rate_hz == second.rate_hz == RATE
    np.testing.assert_array_equal(second.samples, -first.samples)
