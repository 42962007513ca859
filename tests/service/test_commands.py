"""`brinell diagnose` gives the service's answer offline; `brinell serve` says who can reach it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer
from nptdms import ChannelObject, TdmsWriter
from starlette.testclient import TestClient
from typer.testing import CliRunner

from data.recording import Recording
from service import commands
from service.security.loopback import is_loopback
from service.serving import announcement
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
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
        answer.pop("id")
    assert offline == online


def test_the_table_says_all_that_matters(wav: Path) -> None:
    code, output, _ = run("diagnose", wav, "--speed-rpm", 1800, "--bearing", "rolling_elements=9,diameter_ratio=0.2034")
    assert code == 0
    for words in ("pump.wav", "2.00 s at 48000 Hz", "1800 rpm", "verdict", "rolling_element", "envelope rule: outer",
                  "paper", "full", "with ReLU", "aligned/1.0.0, 2 windows", "speed and bearing are known"):  # fmt: skip
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


def test_volts_of_a_tdms_become_g_by_the_sensitivity(tmp_path: Path, simulated: Simulated) -> None:
    path = tmp_path / "fan.tdms"
    samples = simulated(seconds=0.5).samples
    facts = {"wf_increment": 1 / 48_000, "unit_string": "V"}
    with TdmsWriter(path) as writer:
        writer.write_segment([ChannelObject("rig", name, samples / 10, facts) for name in ("DE", "FE")])
    code, output, _ = run("diagnose", path, "--channel", "DE", "--sensitivity", 100, "--unit", "V", "--json")
    assert code == 0
    signal = json.loads(output)["signal"]
    assert (signal["channel"], signal["unit"], signal["rate_hz"]) == ("rig/DE", "V", 48_000)
    code, _, errors = run("diagnose", path, "--channel", "DE")
    assert (code, "only it says how many g" in errors) == (1, True)


def test_a_file_without_a_rate_asks_for_one(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones(999))
    code, _, errors = run("diagnose", tmp_path / "x.npy")
    assert code == 1
    assert "give --rate-hz" in errors


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("nothing.wav",), "error: nothing.wav: there is no such file"),
        (("--rate-hz", 10),  "between 500 and 2e+06 Hz is wanted"),
        (("--bearing", "nope"), "not in the catalogue"),
        (("--bearing", "9,a"), "rolling_elements=9,diameter_ratio=0.2034"),
        (("--bundle", "nope"), "loaded: aligned/"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_one_line_and_status_1(wav: Path, words: tuple[object, ...], reason: str) -> None:
    file = words if str(words[0]).endswith(".wav") else (wav, *words)
    code, output, errors = run("diagnose", *file)
    assert code == 1
    assert output == ""
    assert reason in errors
    assert errors.count("\n") == 1


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


def test_serving_says_for_whom() -> None:
    assert announcement(Settings(port=9000)).startswith("Brinell listens on http://127.0.0.1:9000, without keys")
    assert "for whoever has a key" in announcement(Settings(host="0.0.0.0", auth="keys"))
    assert "http://[::1]:8000" in announcement(Settings(host="::1", port=8000))


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.1.1.4", False), ("edge", False)],
)
def test_loopback_is_known_by_its_address(host: str, only_here: bool) -> None:
    assert is_loopback(host) is only_here


def test_the_port_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRINELL_PORT", "9123")
    assert Settings().port == 9123


@pytest.mark.parametrize("command", [["serve"], ["diagnose", "x.wav"]])
@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [("THREADS", "many", "valid integer"), ("PORT", "abc", "valid integer"), ("ENERGY_PROFILE", "foo", "are float32")],
)
def test_a_setting_that_cannot_be_is_named_in_one_line(command: list[str], name: str, value: str, reason: str) -> None:
    environment = os.environ | {f"BRINELL_{name}": value}
    words = [sys.executable, "-m", "brinell", *command]
    ended = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: BRINELL_{name} is '{value}'")
    assert reason in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_an_option_that_cannot_be_is_named_as_it_was_given() -> None:
    code, _, errors = run("serve", "--port", 99_999)
    assert code == 1
    assert errors.startswith("error: --port is 99999")


def test_the_app_of_a_server_is_made_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from service import app as module

    monkeypatch.delitem(vars(module), "app", raising=False)
    monkeypatch.setenv("BRINELL_PORT", "9124")
    assert module.app.state.settings.port == 9124
    assert module.app is module.app
    monkeypatch.delitem(vars(module), "app")


@pytest.mark.parametrize(("plot", "reason"), [("x.xyz", "endings of pictures"), ("gone/x.png", "No such file")])
def test_a_picture_that_cannot_be_written_is_said_in_one_line(
    wav: Path, tmp_path: Path, plot: str, reason: str
) -> None:
    code, _, errors = run("diagnose", wav, "--plot", tmp_path / plot)
    assert (code, errors.count("\n")) == (1, 1)
    assert reason in errors


def test_a_public_recording_is_diagnosed_by_its_name(
    recording_file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = recording_file("mfpt/InnerRaceFault_vload_6.mat")
    monkeypatch.setenv("BRINELL_DATA", str(path.parents[1]))
    code, output, _ = run("diagnose", "mfpt/InnerRaceFault_vload_6", "--json")
    assert code == 0
    assert json.loads(output)["evidence"]["fault"] == "inner_race"


def test_a_name_that_is_neither_file_nor_recording_is_said() -> None:
    code, _, errors = run("diagnose", "femto/1")
    assert code == 1
    assert "no such file, and no such dataset; there are mfpt" in errors


def test_the_table_says_why_there_is_no_diagnosis(tmp_path: Path) -> None:
    np.save(tmp_path / "flat.npy", np.full(24_000, 0.5))
    output = run("diagnose", tmp_path / "flat.npy", "--rate-hz", 12_000)[1]
    assert any("reason" in line and "a flat line" in line for line in output.splitlines())
