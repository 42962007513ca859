"""`brinell asset`: a folder of recordings is heard as a service hears them, and a store is drawn."""

import contextlib
import csv
import io
import json
import os
import re
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from rich.console import Console
from starlette.testclient import TestClient
from typer.testing import CliRunner

from service.alarms.rule import Level
from service.app import create_app
from service.assets.asset import Asset, Axis
from service.assets.growth import QUANTITIES, Growth
from service.assets.offline import commands
from service.assets.offline.chart import titled
from service.assets.offline.folder import recordings
from service.assets.offline.trend import Remembered, show
from service.assets.offline.trouble import MachineError
from service.assets.trend import Point, Trend
from service.diagnosis import Verdict
from service.settings import Settings
from tests.service.asking import FLOAT32
from tests.service.assets.conftest import Register
from tests.service.assets.healthy import RIG, day, lines
from tests.service.process import ROOT

DOCUMENT = ROOT / "docs" / "replay.md"
PUBLIC = "~/.cache/brinell/recordings/mfpt"
HEALTHY, QUIET_DAYS = 8, 4
GROWING_DB = (-34.0, -28.0, -22.0, -16.0, -10.0, -7.0, -4.0, -1.0, 2.0, 4.0)
BEGAN = datetime(2026, 9, 1, 6, 30, tzinfo=UTC)
FAN = ("--name", "Fan 3", "--bearing", "6205", "--speed-rpm", 1800, "--rate-hz", RIG.rate_hz)

app = typer.Typer()
commands.join(app)


def run(*words: object, **environment: str) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "80"} | environment).invoke(app, ["asset", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


def rows(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def columns(found: Sequence[dict[str, Any]], name: str) -> list[Any]:
    return [row[name] for row in found]


def point(time: datetime) -> Point:
    return Point(
        id="", time=time, axis="x", verdict=Verdict.UNKNOWN, fault=None, confidence=None, probabilities=None,
        level="quiet", severity="none", speed_rpm=None, energy_nj=None, condition={},
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve quiet days and ten on which a fault grows, by the dates in their names."""
    made = tmp_path_factory.mktemp("recordings")
    growing = (None,) * (HEALTHY + QUIET_DAYS) + GROWING_DB
    for number, snr_db in enumerate(growing):
        name = f"fan_{BEGAN + timedelta(days=number):%Y%m%dT%H%M}.npy"
        np.save(made / name, day(number, snr_db).samples)
    return made


@pytest.fixture(scope="module")
def machine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("machine") / "fan.json"
    code, output, told = run("commission", folder, "--into", file, "--first", HEALTHY, *FAN)
    assert code == 0, told
    assert "8 healthy recordings, version 1" in output
    assert "1 in 9" in output
    return file


def test_a_growing_fault_is_told_of_as_it_grows(folder: Path, machine: Path, tmp_path: Path) -> None:
    picture, table = tmp_path / "fan.png", tmp_path / "fan.csv"
    code, output, told = run("replay", folder, "--baseline", machine, "--plot", picture, "--csv", table)
    assert code == 0, told
    assert "14 recordings replayed; first watch 2026-09-" in " ".join(output.split())
    assert picture.read_bytes()[:4] == b"\x89PNG"
    found = list(csv.DictReader(table.read_text().splitlines()))
    assert columns(found[:HEALTHY], "level") == [""] * HEALTHY
    assert {*columns(found[:-10], "state")} == {Level.QUIET}
    assert columns(found[-2:], "state") == [Level.ALARM] * 2
    assert (found[-1]["fault"], found[-1]["evidence"], found[-1]["change"]) == ("outer_race", "raised", "raised")
    assert float(found[-1]["envelope_rms_g"]) > 2 * float(found[0]["envelope_rms_g"])


def test_the_printed_lines_work(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    for number in range(22):
        np.save(tmp_path / "recordings" / f"2026-09-{number + 1:02}.npy", day(number).samples)
    lines = [line for line in printed() if PUBLIC not in line]
    said = follow(lines, tmp_path)
    assert "2 recordings replayed; first watch never, first alarm never; it stands at quiet" in said
    assert {each.name for each in tmp_path.iterdir()} == {"recordings", "fan.json", "fan.csv", "fan.png"}


def printed() -> list[str]:
    """What follows `brinell` on the lines of the document."""
    return re.findall(r"^    brinell (asset .*)$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)


def follow(lines: list[str], folder: Path) -> str:
    """What the last of these lines says, followed one after the other in the folder."""
    assert [line.split()[1] for line in lines] == ["commission", "replay"]
    with contextlib.chdir(folder):
        for line in lines:
            code, output, told = run(*shlex.split(line)[1:])
            assert code == 0, told
    return " ".join(output.split())


def test_the_public_recordings_are_replayed_as_printed(tmp_path: Path, data_root: Path) -> None:
    table = re.search(r"^    file,time\n(    .*\n)+", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert table is not None
    (tmp_path / "mfpt.csv").write_text(table[0].replace("    ", ""))
    lines = [line.replace(PUBLIC, str(data_root / "mfpt")) for line in printed() if PUBLIC in line]
    said = follow(lines, tmp_path)
    assert "first watch 2026-01-06 00:00 UTC (outer race fault), first alarm 2026-01-07 00:00 UTC" in said
    assert (tmp_path / "mfpt.png").read_bytes()[:4] == b"\x89PNG"


def test_it_says_what_a_service_answers(folder: Path, machine: Path, plant: TestClient, register: Register) -> None:
    register()
    healthy = [day(number) for number in range(HEALTHY)]
    plant.post(
        "/v1/assets/fan.de/baseline", content=lines(healthy), headers={"Content-Type": "application/x-ndjson"}
    ).raise_for_status()
    found = rows(run("replay", folder, "--baseline", machine, "--json")[1])[HEALTHY:]
    for number, row in enumerate(found, HEALTHY):
        grown = day(number, None if number < HEALTHY + QUIET_DAYS else GROWING_DB[number - HEALTHY - QUIET_DAYS])
        answer = plant.post(
            "/v1/assets/fan.de/diagnose", params={"rate_hz": grown.rate_hz}, content=grown.samples.tobytes(),
            headers=FLOAT32,
        ).json()["axes"]["x"]  # fmt: skip
        combined = answer["combined"]
        assert (row["level"], row["rule"], row["advice"]) == (combined["level"], combined["rule"], combined["advice"])
        assert [row[each["voice"]] for each in answer["voices"]] == [each["says"] for each in answer["voices"]]
        assert row["envelope_rms_g"] == pytest.approx(answer["indicators"]["values"]["envelope_rms_g"], rel=1e-4)
    [alarm] = plant.get("/v1/alarms").json()["alarms"]
    assert found[-1]["state"] == alarm["level"] == Level.ALARM


def test_more_healthy_recordings_extend_what_was_commissioned(folder: Path, machine: Path, tmp_path: Path) -> None:
    file = tmp_path / "fan.json"
    file.write_bytes(machine.read_bytes())
    code, output, told = run("commission", folder, "--into", file, "--first", HEALTHY + 2, "--extend")
    assert (code, "10 healthy recordings, version 2" in output) == (0, True), told
    code, _, told = run("commission", folder, "--into", file, "--first", HEALTHY, "--extend")
    assert (code, "commissioned on before" in told) == (1, True)


def test_what_looks_faulty_is_commissioned_with_a_word_only(folder: Path, tmp_path: Path) -> None:
    faulty = tmp_path / "faulty"
    faulty.mkdir()
    np.save(faulty / "2026-09-01.npy", day(40, 4.0).samples)
    file = tmp_path / "fan.json"
    code, _, told = run("commission", faulty, "--into", file, *FAN)
    assert (code, file.exists()) == (1, False)
    assert "do not look healthy" in told
    assert "x, 2026-09-01.npy: lines of" in told
    assert "outer race damage" in told
    assert run("commission", faulty, "--into", file, *FAN, "--confirm", "it was always like this")[0] == 0
    assert json.loads(file.read_text())["healthy"]["x"]["why"] == "it was always like this"


def test_what_cannot_be_read_is_told_and_left_out(folder: Path, machine: Path, tmp_path: Path) -> None:
    some = tmp_path / "some"
    some.mkdir()
    np.save(some / "2026-09-20.npy", day(0).samples)
    (some / "2026-09-21.npy").write_bytes(b"no array")
    code, output, told = run("replay", some, "--baseline", machine, "--json")
    assert (code, columns(rows(output), "file")) == (0, ["2026-09-20.npy"])
    assert "left out" in told
    assert "2026-09-21.npy" in told.replace("\n", "")


def test_a_table_says_times_and_speeds(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "times.csv"
    first, second, *_ = sorted(path.name for path in folder.iterdir())
    table.write_text(
        f"file,time,speed_rpm,by\n{first},2026-09-03T08:00:00+02:00,1790,me\n{second},2026-09-02 05:00,,\n"
    )
    found = recordings(folder, str(table))
    assert [(each.path.name, each.time.isoformat(), each.speed_rpm) for each in found] == [
        (second, "2026-09-02T05:00:00+00:00", None),
        (first, "2026-09-03T06:00:00+00:00", 1790.0),
    ]


def test_a_name_without_a_date_asks_how_the_time_is_known(tmp_path: Path) -> None:
    file = tmp_path / "pump.npy"
    np.save(file, day(0).samples)
    os.utime(file, (0, 86_400))
    with pytest.raises(MachineError, match="--times modified"):
        recordings(tmp_path)
    [found] = recordings(tmp_path, "modified")
    assert found.time == datetime(1970, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("file;when\n", "no column time"),
        ("file,time\ngone.npy,2026-09-01\n", "line 2: there is no"),
        ("file,time\n{first},yesterday\n", "line 2: Invalid isoformat"),
    ],
)
def test_a_table_that_is_wrong_is_told_by_its_line(folder: Path, tmp_path: Path, content: str, what: str) -> None:
    table = tmp_path / "times.csv"
    table.write_text(content.replace("{first}", min(path.name for path in folder.iterdir())))
    with pytest.raises(MachineError, match=what):
        recordings(folder, str(table))


def test_the_point_of_a_service_is_taken_as_it_is_answered(
    folder: Path, plant: TestClient, register: Register, tmp_path: Path
) -> None:
    register()
    asset = tmp_path / "asset.json"
    asset.write_bytes(plant.get("/v1/assets/fan.de").content)
    file = tmp_path / "fan.json"
    code, _, told = run("commission", folder, "--into", file, "--asset", asset, "--first", 2, "--rate-hz", RIG.rate_hz)
    assert code == 0, told
    assert json.loads(file.read_text())["asset"]["point"] == "fan, drive end"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--bearing", "no such bearing"), "bearing: "),
        (("--bearing", "6205", "--speed-rpm", "fast"), "speed: 'fast' is no number"),
        (("--bearing", "6205", "--speed-rpm", "given", "--rate-hz", 25_600), "speed_rpm: is missing"),
        (("--bearing", "6205", "--speed-rpm", "1800"), "rate_hz: is missing"),
    ],
)
def test_what_is_given_wrong_is_told(folder: Path, tmp_path: Path, words: Sequence[object], what: str) -> None:
    code, _, told = run("commission", folder, "--into", tmp_path / "fan.json", *words)
    assert (code, what in " ".join(told.split())) == (1, True), told


def test_a_point_is_called_by_each_of_its_names_once() -> None:
    axes = (Axis(name="x"),)
    assert titled(Asset(id="fan.de", machine="mill 3", point="fan", axes=axes)) == "fan.de: mill 3, fan"
    assert titled(Asset(id="fan", machine="fan", point="fan", axes=axes)) == "fan"


def test_all_that_grows_is_shown_with_how_fast() -> None:
    asset = Asset(id="fan.de", machine="mill 3", point="fan", axes=(Axis(name="x"),))
    growth = [Growth(axis="x", of=of, per_week=number + 0.25, n=15) for number, of in enumerate(QUANTITIES)]
    points = [point(BEGAN), point(BEGAN + timedelta(days=14))]
    trend = Trend(asset="fan.de", read=15, complete=True, points=points, first_seen=[], growth=growth)
    out = io.StringIO()
    show(Remembered(asset, trend, ()), Console(file=out, width=100))
    for number, of in enumerate(QUANTITIES):
        assert f"{of} on x: +{number}.25 (15 diagnoses)" in out.getvalue()


def test_a_store_is_shown_while_the_service_runs(tmp_path: Path) -> None:
    store = str(tmp_path / "brinell.db")
    asset = {
        "id": "fan.de", "machine": "mill 3", "point": "fan, drive end", "axes": [{"name": "x"}], "bearing": "6205",
        "speed": {"kind": "fixed", "rpm": 1800},
    }  # fmt: skip
    picture = tmp_path / "fan.png"
    with TestClient(create_app(Settings(store=store))) as client:
        client.post("/v1/assets", json=asset).raise_for_status()
        assert "no diagnoses" in run("show", "fan.de", BRINELL_STORE=store)[2]
        for number in range(5):
            grown = day(number, 2.0)
            client.post(
                "/v1/assets/fan.de/diagnose", params={"rate_hz": grown.rate_hz}, content=grown.samples.tobytes(),
                headers=FLOAT32,
            ).raise_for_status()  # fmt: skip
        code, output, told = run("show", "fan.de", "--plot", picture, BRINELL_STORE=store)
        trend = json.loads(run("show", "fan.de", "--json", BRINELL_STORE=store)[1])
        assert trend == client.get("/v1/assets/fan.de/trend").json()
    assert code == 0, told
    assert "alarm, since" in output
    assert "outer_race on x" in output
    assert "not told of less than a day" in output
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert "no such measuring point" in run("show", "fan.nde", BRINELL_STORE=store)[2]
