"""npy, wav and mat files, and what all formats have in common."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import soundfile
from scipy.io import savemat

from data.errors import FormatError
from data.fault import Fault
from data.formats import FORMATS, read_signal
from data.formats.output import WRITERS, write
from data.recording import Recording
from data.rig import draw_rig, simulate


@pytest.fixture(scope="module")
def recording() -> Recording:
    rng = np.random.default_rng(3)
    return simulate(draw_rig(rng, rate_hz=12_000.0), Fault.OUTER_RACE, 0.25, rng)


@pytest.mark.parametrize("ending", sorted(WRITERS))
def test_what_was_written_reads_back(tmp_path: Path, recording: Recording, ending: str) -> None:
    path = tmp_path / f"x{ending}"
    write(recording, path)
    signal = read_signal(path)
    np.testing.assert_allclose(signal.samples, recording.samples, rtol=1e-7)
    assert signal.rate_hz == (None if ending == ".npy" else recording.rate_hz)


def test_an_ending_nobody_knows_is_answered_with_those_that_are(tmp_path: Path, recording: Recording) -> None:
    with pytest.raises(FormatError, match=r"\.csv, \.txt, \.npy, \.wav, \.mat, \.tdms, \.uff"):
        read_signal(tmp_path / "x.xyz")
    with pytest.raises(FormatError, match=r"written are \.npy, \.csv, \.wav"):
        write(recording, tmp_path / "x.mat")


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_a_file_that_is_not_there_is_said_so(tmp_path: Path, ending: str) -> None:
    with pytest.raises(FormatError, match="no such file"):
        read_signal(tmp_path / f"x{ending}")


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_a_file_of_noise_is_a_format_error_and_nothing_else(tmp_path: Path, ending: str) -> None:
    rng = np.random.default_rng(0)
    for size in (0, 1, 127, 5_000):
        path = tmp_path / f"x{ending}"
        path.write_bytes(rng.bytes(size))
        with pytest.raises(FormatError):
            read_signal(path)


@pytest.mark.parametrize("ending", [".npy", ".wav", ".mat"])
def test_a_file_cut_short_is_refused(tmp_path: Path, ending: str) -> None:
    whole = tmp_path / f"whole{ending}"
    values = np.random.default_rng(0).normal(size=4_000)
    savers: dict[str, Callable[[], None]] = {
        ".npy": lambda: np.save(whole, values),
        ".wav": lambda: soundfile.write(whole, values, 12_000, subtype="FLOAT"),
        ".mat": lambda: savemat(whole, {"x": values}),
    }
    savers[ending]()
    cut = tmp_path / f"cut{ending}"
    cut.write_bytes(whole.read_bytes()[:-2_000])
    with pytest.raises(FormatError):
        read_signal(cut)


def test_the_rate_asked_for_counts_before_the_files_own(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, np.zeros(300), 12_000)
    assert read_signal(path).rate_hz == 12_000
    signal = read_signal(path, rate_hz=12_500)
    assert signal.rate_hz == 12_500
    assert "the file says 12000 Hz" in signal.note


# --- npy


def test_an_npy_of_objects_is_refused_because_it_could_run_code(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.array([{"a": 1}] * 300, dtype=object), allow_pickle=True)
    with pytest.raises(FormatError, match=r"[Oo]bject"):
        read_signal(path)


@pytest.mark.parametrize(
    "values", [np.zeros(300, complex), np.array(["1"] * 300), np.zeros((3, 300, 4)), np.float32(1)]
)
def test_an_npy_that_is_no_signal_is_refused(tmp_path: Path, values: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", values)
    with pytest.raises(FormatError):
        read_signal(tmp_path / "x.npy")


def test_channels_of_an_npy_lie_along_the_shorter_axis(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    for name, array in (("tall", values), ("wide", values.T)):
        np.save(tmp_path / f"{name}.npy", array)
        np.testing.assert_array_equal(read_signal(tmp_path / f"{name}.npy", channel=2).samples, values[:, 1])
        with pytest.raises(FormatError, match=r"2 channels.*1 to 2"):
            read_signal(tmp_path / f"{name}.npy")
        with pytest.raises(FormatError, match="no channel 0"):
            read_signal(tmp_path / f"{name}.npy", channel=0)


def test_whole_numbers_of_an_npy_are_said_to_be_counts(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(300, dtype=">i2"))
    signal = read_signal(tmp_path / "x.npy")
    assert signal.samples[299] == 299
    assert "counts" in signal.note


# --- wav


@pytest.mark.parametrize(("subtype", "bits"), [("PCM_16", 16), ("PCM_24", 24), ("PCM_32", 32)])
def test_integers_of_a_wav_are_parts_of_full_scale(tmp_path: Path, subtype: str, bits: int) -> None:
    path = tmp_path / "x.wav"
    values = np.array([0.5, -1.0, 0.25, 2.0 ** (1 - bits)] * 80)
    soundfile.write(path, values, 48_000, subtype=subtype)
    signal = read_signal(path)
    np.testing.assert_array_equal(signal.samples, values.astype(np.float32))
    assert signal.rate_hz == 48_000
    assert "full scale = 1.0, not g" in signal.note


def test_floats_of_a_wav_are_taken_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    values = np.linspace(-30, 30, 300, dtype=np.float32)
    soundfile.write(path, values, 51_200, subtype="FLOAT")
    signal = read_signal(path)
    np.testing.assert_array_equal(signal.samples, values)
    assert "full scale" not in signal.note


def test_another_format_under_a_wavs_name_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.flac", np.zeros(300), 12_000)
    (tmp_path / "x.flac").rename(tmp_path / "x.wav")
    with pytest.raises(FormatError, match="FLAC"):
        read_signal(tmp_path / "x.wav")


# --- mat


def write_version_5(path: Path, variables: dict[str, np.ndarray | float | str]) -> None:
    savemat(path, variables)


def write_version_73(path: Path, variables: dict[str, np.ndarray | float | str]) -> None:
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in variables.items():
            if isinstance(value, str):
                codes = np.array([[ord(letter)] for letter in value], dtype=np.uint16)
                file.create_dataset(name, data=codes).attrs["MATLAB_class"] = np.bytes_("char")
            else:
                columns = np.atleast_2d(np.asarray(value, dtype=np.float64))
                file.create_dataset(name, data=columns.T).attrs["MATLAB_class"] = np.bytes_("double")


VERSIONS = pytest.mark.parametrize("save", [write_version_5, write_version_73])
Save = Callable[[Path, dict[str, np.ndarray | float | str]], None]


@VERSIONS
def test_the_one_long_vector_of_a_mat_is_the_signal(tmp_path: Path, save: Save) -> None:
    values = np.random.default_rng(0).normal(size=400)
    save(tmp_path / "x.mat", {"acc": values[:, None], "Fs": 25_600.0, "machine": "pump 3", "limits": np.arange(4.0)})
    signal = read_signal(tmp_path / "x.mat")
    np.testing.assert_array_equal(signal.samples, values.astype(np.float32))
    assert signal.rate_hz == 25_600


@VERSIONS
def test_a_mats_times_give_the_rate(tmp_path: Path, save: Save) -> None:
    values = np.random.default_rng(0).normal(size=400)
    save(tmp_path / "x.mat", {"y": values, "t": np.arange(400) / 20_000})
    signal = read_signal(tmp_path / "x.mat")
    assert signal.rate_hz == 20_000
    np.testing.assert_array_equal(signal.samples, values.astype(np.float32))


@VERSIONS
def test_of_several_vectors_of_a_mat_one_must_be_named(tmp_path: Path, save: Save) -> None:
    values = np.random.default_rng(0).normal(size=(400, 2))
    save(tmp_path / "x.mat", {"a": values[:, 0], "both": values})
    with pytest.raises(FormatError, match=r"a \[400\], both:1 \[400\], both:2 \[400\].*channel"):
        read_signal(tmp_path / "x.mat")
    signal = read_signal(tmp_path / "x.mat", channel="both:2")
    np.testing.assert_array_equal(signal.samples, values[:, 1].astype(np.float32))
    with pytest.raises(FormatError, match="no channel 'c'"):
        read_signal(tmp_path / "x.mat", channel="c")


def test_a_struct_in_a_version_73_file_is_read(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.mat", "w", userblock_size=512) as file:
        for name, value in {"gs": np.ones((1, 300)), "sr": 48_828.0, "load": 25.0, "rate": 25.0}.items():
            file.create_dataset(f"bearing/{name}", data=value).attrs["MATLAB_class"] = np.bytes_("double")
    signal = read_signal(tmp_path / "x.mat")
    assert (signal.samples.size, signal.rate_hz, signal.speed_rpm) == (300, 48_828, 1_500)


def test_the_published_layouts_are_known(recording_file: Callable[[str], Path]) -> None:
    mfpt = read_signal(recording_file("mfpt/InnerRaceFault_vload_2.mat"))
    assert (mfpt.samples.size, mfpt.rate_hz, mfpt.speed_rpm) == (146_484, 48_828, 1_500)
    cwru = read_signal(recording_file("cwru/105.mat"))
    assert (cwru.samples.size, cwru.rate_hz, cwru.speed_rpm) == (121_265, None, 1_797)
    fan_end = read_signal(recording_file("cwru/105.mat"), channel="X105_FE_time")
    assert not np.array_equal(fan_end.samples, cwru.samples)
    renumbered = read_signal(recording_file("cwru/3001.mat"), rate_hz=12_000)
    assert (renumbered.samples.size, renumbered.rate_hz, renumbered.speed_rpm) == (120_801, 12_000, None)
