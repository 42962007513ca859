"""`brinell data` as it is typed."""

import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from data.commands import app
from data.datasets import DATASETS
from data.formats import read_signal

Brinell = Callable[..., Result]


@pytest.fixture
def brinell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Brinell:
    monkeypatch.setenv("BRINELL_DATA", str(tmp_path / "recordings"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words])


def test_list_names_what_is_missing_and_where_it_can_be_had(brinell: Brinell, tmp_path: Path) -> None:
    folder = tmp_path / "recordings" / "mfpt"
    folder.mkdir(parents=True)
    for entry in DATASETS["mfpt"].entries:
        if not entry.name.endswith("vload_7"):
            (folder / entry.file).touch()
    answer = brinell("list")
    assert answer.exit_code == 0
    assert "18 of 20" in answer.output
    assert "0 of 12" in answer.output
    assert "mfpt: missing OuterRaceFault_vload_7, InnerRaceFault_vload_7; from https://" in answer.output
    assert "CC BY-NC-SA 4.0" in answer.output


@pytest.mark.parametrize("command", [[], ["list"], ["fetch"], ["show"], ["simulate"]])
def test_help_teaches_with_examples(brinell: Brinell, command: list[str]) -> None:
    answer = brinell(*command, "--help")
    assert answer.exit_code == 0
    assert not command or "Example" in answer.output


@pytest.mark.parametrize("ending", ["npy", "csv", "wav"])
def test_a_simulated_recording_can_be_shown_as_it_is_told(brinell: Brinell, tmp_path: Path, ending: str) -> None:
    made = brinell("simulate", f"x.{ending}", "--fault", "inner_race", "--seconds", 1, "--bearing", "6205", "--seed", 4)
    assert made.exit_code == 0
    told = made.output.split("brinell data show ")[1].split()
    shown = brinell("show", *told, "--plot", "x.png")
    assert shown.exit_code == 0, shown.output
    assert "BPFI" in shown.output
    assert "drawn into x.png" in shown.output
    assert (tmp_path / "x.png").read_bytes()[:4] == b"\x89PNG"


def test_the_same_seed_makes_the_same_recording(brinell: Brinell, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert brinell("simulate", f"{name}.npy", "--seconds", 0.5, "--seed", seed, "--rate-hz", 12_000).exit_code == 0
    a, b, c = (read_signal(tmp_path / f"{name}.npy").samples for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_a_drawn_bearing_is_told_so_that_it_can_be_given_again(brinell: Brinell) -> None:
    made = brinell("simulate", "x.wav", "--seconds", 0.5)
    told = made.output.split("brinell data show ")[1].split()
    assert "rolling_elements=" in made.output
    assert "BPFO" in brinell("show", *told).output


@pytest.mark.parametrize(
    "bearing",
    ["6205", "SKF6205", "9,0.2034", "rolling_elements=9,diameter_ratio=0.2034", "bpfo=3.585,bpfi=5.4,bsf=2.3,ftf=0.4"],
)
def test_a_bearing_is_shown_however_it_is_written(brinell: Brinell, bearing: str) -> None:
    assert brinell("simulate", "x.wav", "--seconds", 0.5).exit_code == 0
    assert "BPFO 89.6" in brinell("show", "x.wav", "--speed-rpm", 1500, "--bearing", bearing).output


def test_the_source_of_a_geometry_is_shown(brinell: Brinell) -> None:
    assert brinell("simulate", "x.wav", "--seconds", 0.5).exit_code == 0
    assert "measured on the Jiangnan" in brinell("show", "x.wav", "--bearing", "N205").output


@pytest.mark.parametrize(("plot", "reason"), [("x.xyz", "endings of pictures"), ("gone/x.png", "No such file")])
def test_a_picture_that_cannot_be_written_is_said_in_one_line(brinell: Brinell, plot: str, reason: str) -> None:
    assert brinell("simulate", "x.wav", "--seconds", 0.5).exit_code == 0
    answer = brinell("show", "x.wav", "--plot", plot)
    assert answer.exit_code == 1
    assert reason in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_a_host_that_does_not_answer_is_said_once(brinell: Brinell) -> None:
    answer = brinell("fetch", "mfpt", "--mirror", "http://127.0.0.1:9")
    assert answer.exit_code == 1
    assert answer.stderr.count("check the network") == 1
    assert "19 more of 127.0.0.1:9 were not tried" in answer.stderr
    assert "0 of 20 are here now" in answer.stderr


def test_a_folder_that_cannot_be_written_is_said_once(brinell: Brinell, tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file where the folder should be")
    answer = brinell("fetch", "mfpt")
    assert answer.exit_code == 1
    assert answer.stderr.count("error:") == 1
    assert "set BRINELL_DATA to a folder that can be written" in answer.stderr


def test_a_file_without_a_rate_asks_for_it(brinell: Brinell, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros(300))
    answer = brinell("show", "x.npy")
    assert answer.exit_code == 1
    assert "--rate-hz" in answer.output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["show", "mfpt/baseline_1"], "brinell data fetch mfpt"),
        (["show", "mfpt/baseline_9"], "did you mean baseline_"),
        (["show", "mfpt"], "has 20 recordings"),
        (["show", "femto/1"], "there are mfpt, jnu, cwru"),
        (["show", "gone.csv"], "no such file"),
        (["fetch", "femto"], "there are mfpt, jnu, cwru"),
        (["simulate", "x.tdms", "--seconds", "0.5"], "endings that can be written"),
        (["simulate", "gone/x.csv", "--seconds", "0.5"], "No such file"),
        (["simulate", "x.csv", "--bearing", "6299"], "not in the catalogue"),
        (["simulate", "x.csv", "--speed-rpm", "1"], "speed_rpm"),
        (["simulate", "x.csv", "--bearing", "bpfo=3.58,bpfi=5.42,bsf=2.36,ftf=0.398"], "rolling_elements=9"),
        (["fetch", "cwru/105", "--mirror", "http://127.0.0.1:9"], "cwru/105.mat"),
    ],
)
def test_a_mistake_is_answered_in_one_line_and_status_1(brinell: Brinell, words: list[str], reason: str) -> None:
    answer = brinell(*words)
    assert answer.exit_code == 1, answer.output
    assert reason in answer.output
    assert "Traceback" not in answer.output
    assert answer.exception is None or isinstance(answer.exception, SystemExit)


def test_a_real_recording_is_shown_with_what_is_published_of_it(
    brinell: Brinell, data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRINELL_DATA", str(data_root))
    answer = brinell("show", "mfpt/OuterRaceFault_3")
    assert answer.exit_code == 0
    for fact in ("585,936 at 97,656 Hz", "1500 rpm", "270 lbs", "outer_race", "BPFO 81.12 Hz"):
        assert fact in answer.output


@pytest.mark.parametrize(
    ("module", "words", "extra"),
    [
        ("matplotlib", ["show", "x.wav", "--plot", "x.png"], r".[plot]"),
        ("httpx2", ["fetch", "cwru/105"], r".[fetch]"),
    ],
)
def test_a_part_that_is_not_installed_is_said_with_how_to_get_it(
    brinell: Brinell, monkeypatch: pytest.MonkeyPatch, module: str, words: list[str], extra: str
) -> None:
    assert brinell("simulate", "x.wav", "--seconds", 0.5).exit_code == 0
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Absent(module), *sys.meta_path])
    answer = brinell(*words)
    assert answer.exit_code == 1
    assert f"pip install '{extra}'" in answer.output


class Absent(MetaPathFinder):
    """Makes one package look as if it were not installed."""

    def __init__(self, module: str) -> None:
        self.module = module

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname.split(".")[0] == self.module:
            raise ModuleNotFoundError(f"No module named {self.module!r}", name=self.module)
