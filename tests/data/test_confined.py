"""Files read in a process of their own: what it reads is what is read here, and its end is one file's error."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nptdms import ChannelObject, TdmsWriter
from scipy.io import savemat

from data.errors import FormatError
from data.formats import EVERY, read_signals
from data.formats.confined import CONFINED, Limits, TooMuchError, read

VALUES = np.random.default_rng(0).normal(size=(2, 600))


def mat(path: Path) -> None:
    savemat(path, {"a": VALUES[0], "b": VALUES[1], "fs": 12_000.0})


def tdms(path: Path) -> None:
    with TdmsWriter(path) as writer:
        facts = {"wf_increment": 1 / 12_000, "unit_string": "g"}
        writer.write_segment([ChannelObject("rig", name, VALUES[place], facts) for place, name in enumerate("ab")])


WRITERS: dict[str, Callable[[Path], None]] = {".mat": mat, ".tdms": tdms}


@pytest.fixture(params=sorted(WRITERS))
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"x{request.param}"
    WRITERS[request.param](path)
    return path


def test_what_the_child_reads_is_what_is_read_here(file: Path) -> None:
    there = read(file.read_bytes(), "x", file.suffix, EVERY)
    for one, other in zip(there, read_signals(file), strict=True):
        np.testing.assert_array_equal(one.samples, other.samples)
        assert (one.rate_hz, one.channel, one.unit) == (other.rate_hz, other.channel, other.unit)


def test_channels_come_in_the_order_that_they_are_asked_for(file: Path) -> None:
    swapped = read(file.read_bytes(), file.name, file.suffix, ("b", "a"))
    np.testing.assert_array_equal([each.samples for each in swapped], VALUES[::-1].astype(np.float32))
    with pytest.raises(FormatError, match="no channel 'c'"):
        read(file.read_bytes(), file.name, file.suffix, ("a", "c"))


def test_what_is_wrong_with_a_file_is_told_as_its_format_tells_it(file: Path) -> None:
    with pytest.raises(FormatError, match="2 channels"):
        read(file.read_bytes(), "pump", file.suffix, None)
    with pytest.raises(FormatError, match="pump: no channel 'c'"):
        read(file.read_bytes(), "pump", file.suffix, "c")


@pytest.mark.parametrize("ending", sorted(CONFINED))
@pytest.mark.parametrize("content", [b"", b"\0" * 2_000, b"MATLAB 5.0 MAT-file" + b" " * 2_000])
def test_what_is_plainly_no_such_file_starts_no_process(ending: str, content: bytes) -> None:
    with pytest.raises(FormatError, match="does not begin like"):
        read(content, "x", ending, None, Limits(wall_s=0))  # a process would be over its time at once


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A MATLAB file of 300 kB that unpacks to 320 MB."""
    path = tmp_path_factory.mktemp("bomb") / "x.mat"
    savemat(path, {"x": np.zeros(40_000_000)}, do_compression=True)
    content = path.read_bytes()
    assert len(content) < 500_000
    return content


def test_a_decompression_bomb_ends_at_the_limit_of_memory(bomb: bytes) -> None:
    with pytest.raises(TooMuchError, match="larger than the 400 MiB"):
        read(bomb, "bomb", ".mat", None, Limits(memory_bytes=400 << 20))


def test_more_samples_than_may_be_are_not_handed_over(bomb: bytes) -> None:
    with pytest.raises(TooMuchError, match="larger than"):
        read(bomb, "bomb", ".mat", None, Limits(memory_bytes=2_000 << 20, samples_bytes=100 << 20))


def test_a_file_that_takes_too_long_ends_at_the_limit_of_time(bomb: bytes) -> None:
    with pytest.raises(TooMuchError, match=r"over 0\.1 s"):
        read(bomb, "endless", ".mat", None, Limits(wall_s=0.1))
    with pytest.raises(TooMuchError, match="over 1 s of processor time"):
        read(many_bombs(), "endless", ".mat", None, Limits(cpu_s=1))
    assert not psutil.Process().children()


def many_bombs() -> bytes:
    """A MATLAB file that unpacks 4 GB piece by piece: never much memory, and no end of work."""
    import io

    stream = io.BytesIO()
    savemat(stream, {"x1": np.zeros(4_000_000)}, do_compression=True)
    content = stream.getvalue()
    return content[:128] + content[128:] * 200


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="Linux alone says who goes first")
def test_the_child_is_the_first_to_go_where_memory_ends() -> None:
    script = """
from pathlib import Path
from data.formats.cell import Limits, confine
confine(Limits())
print(Path("/proc/self/oom_score_adj").read_text())
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "1000"


def test_a_parser_that_crashes_is_an_error_of_this_file_only(bomb: bytes, file: Path) -> None:
    errors: list[Exception] = []

    def ask() -> None:
        try:
            read(bomb, "crash", ".mat", None)
        except FormatError as error:
            errors.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while not (children := psutil.Process().children()):
        time.sleep(0.002)
    os.kill(children[0].pid, signal.SIGSEGV)
    asking.join(20)
    assert "crashed" in str(errors[0])
    assert len(read(file.read_bytes(), "x", file.suffix, EVERY)) == 2


@settings(max_examples=15)
@given(place=st.integers(0, 4_000), damage=st.binary(min_size=1, max_size=40))
def test_any_damage_is_read_or_refused(file: Path, place: int, damage: bytes) -> None:
    damaged = bytearray(file.read_bytes())
    place %= len(damaged)
    damaged[place : place + len(damage)] = damage
    try:
        signals = read(damaged, "x", file.suffix, EVERY)
    except FormatError:
        return
    assert sum(each.samples.size for each in signals) <= len(damaged)
