"""`brinell diagnose` gives the service's answer offline; `brinell serve` says who can reach it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer
from starlette.testclient import TestClient
from typer.testing import CliRunner

from data.recording import Recording
from service import commands
from service.serving import announcement, is_loopback
from service.settings import Settings

Simulated = Callable[..., Recording]
app = typer.Typer()
commands.join(app)


def run(*words: object) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def wav(tmp_path: Path, simulated: Simulated) -> Path:
    path = tmp_path / "pump.wav"
    samples = simulated().samples
    soundfile.write(path, samples / np.abs(samples).max() * 0.9, 48_000, subtype="PCM_24")
    return path


def test_a_file_gets_the_answer_that_the_service_gives(
    client: TestClient, tmp_path: Path, simulated: Simulated
) -> None:
    recording = simulated()
    path = tmp_path / "pump.npy"
    np.save(path, recording.samples)
    code, output, _ = run("diagnose", path, "--rate-hz", 48_000, "--speed-rpm", 1800, "--bearing", "6205", "--json")
    assert code == 0
    offline = json.loads(output)
    query = "/v1/diagnose?rate_hz=48000&speed_rpm=1800&bearing=6205&windows=true"
    online = client.post(query, content=recording.samples.tobytes()).json()
    for answer in (offline, online):
        answer.pop("timing")
        answer.pop("request_id")
    assert offline == online


def test_the_table_says_all_that_matters(wav: Path) -> None:
    code, output, _ = run("diagnose", wav, "--speed-rpm", 1800, "--bearing", "rolling_elements=9,diameter_ratio=0.2034")
    assert code == 0
    for words in ("pump.wav", "2.00 s at 48000 Hz", "1800 rpm", "verdict", "rolling_element", "envelope rule: outer",
                  "paper", "full", "with ReLU", "order/1.0.0, 15 windows", "the shaft speed is known"):  # fmt: skip
        assert words in output, words


def test_an_mfpt_file_brings_its_own_rate_and_speed(recording_file: Callable[[str], Path]) -> None:
    code, output, _ = run("diagnose", recording_file("mfpt/InnerRaceFault_vload_6.mat"), "--json", "--bearing", "NICE")
    assert code == 0
    answer = json.loads(output)
    assert answer["signal"]["rate_hz"] == 48_828
    assert answer["signal"]["speed_rpm"] == 1500
    assert answer["evidence"]["fault"] == "inner_race"


def test_a_channel_is_taken_by_its_number(tmp_path: Path, simulated: Simulated) -> None:
    path = tmp_path / "two.csv"
    samples = simulated(seconds=0.5, rate_hz=12_000.0).samples
    np.savetxt(path, np.column_stack([np.zeros_like(samples), samples]), delimiter=",", fmt="%.5f")
    first, second = (
        json.loads(run("diagnose", path, "--rate-hz", 12_000, "--channel", number, "--json")[1]) for number in (1, 2)
    )
    assert first["verdict"] == "sensor_fault"
    assert second["verdict"] in ("diagnosed", "unknown")


def test_a_file_without_a_rate_asks_for_one(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones(999))
    code, _, errors = run("diagnose", tmp_path / "x.npy")
    assert code == 2
    assert "give --rate-hz" in errors


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("nothing.wav",), "there is no such file"),
        (("--rate-hz", 10),  "between 500 and 2e+06 Hz is wanted"),
        (("--bearing", "nope"), "not in the catalogue"),
        (("--bundle", "nope"), "loaded: order/"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_one_line_and_exit_code_2(wav: Path, words: tuple[object, ...], reason: str) -> None:
    file = words if str(words[0]).endswith(".wav") else (wav, *words)
    code, output, errors = run("diagnose", *file)
    assert code == 2
    assert output == ""
    assert reason in errors
    assert "Traceback" not in errors


def test_the_picture_is_drawn(wav: Path, tmp_path: Path) -> None:
    code, _, errors = run("diagnose", wav, "--speed-rpm", 1800, "--bearing", "6205", "--plot", tmp_path / "answer.png")
    assert code == 0
    assert "drawn" in errors
    assert (tmp_path / "answer.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "answer.png").stat().st_size > 50_000


def test_a_picture_without_matplotlib_is_refused_in_one_line(
    wav: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    code, output, errors = run("diagnose", wav, "--plot", tmp_path / "answer.png")
    assert (code, errors.count("\n")) == (1, 1)
    assert "pip install '.[plot]'" in errors
    assert "verdict" in output


def test_what_no_graph_read_has_a_picture_too(tmp_path: Path) -> None:
    np.save(tmp_path / "flat.npy", np.full(24_000, 0.5))
    code, output, _ = run("diagnose", tmp_path / "flat.npy", "--rate-hz", 12_000, "--plot", tmp_path / "flat.png")
    assert code == 0
    assert "sensor_fault" in output
    assert (tmp_path / "flat.png").exists()


def test_serving_on_loopback_says_that_there_are_no_keys() -> None:
    assert announcement(Settings(port=9000)).startswith("Brinell listens on http://127.0.0.1:9000: this machine only")
    assert "without keys" in announcement(Settings())
    assert "WITHOUT KEYS" in announcement(Settings(host="0.0.0.0"))


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.1.1.4", False), ("edge", False)],
)
def test_loopback_is_known_by_its_address(host: str, only_here: bool) -> None:
    assert is_loopback(host) is only_here


def test_the_port_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRINELL_PORT", "9123")
    assert Settings().port == 9123


def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRINELL_THREADS", "many")
    code, _, errors = run("serve")
    assert code == 2
    assert "BRINELL_THREADS" in errors
