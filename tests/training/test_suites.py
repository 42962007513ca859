"""The queue that fills a suite: resumable, shared between processes, undisturbed by a cell that fails."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from training import commands
from training.suites import SUITES, queue
from training.suites.cell import Cell, Result, digest
from training.suites.suite import NOT_RUN, Suite


@dataclass(frozen=True)
class Counted:
    """A cell that notes each time it is measured."""

    name: str
    notes: Path
    fails: bool = False
    takes: float = 0.0
    variant: int = 0
    group: str = "all"
    seconds: float = 1800.0

    @property
    def key(self) -> str:
        return digest(self.name, self.variant)

    def measure(self, root: Path, runs: Path) -> Result:
        with self.notes.open("a") as notes:
            notes.write(self.name + "\n")
        time.sleep(self.takes)
        if self.fails:
            raise ZeroDivisionError("as it was told to")
        return {"length": len(self.name)}


def page(cells: Sequence[Cell], results: Mapping[str, Result]) -> str:
    return "".join(f"{each.name}: {results.get(each.key, {}).get('length', NOT_RUN)}\n" for each in cells)


def suite(folder: Path, *names: str, **of_all: float) -> Suite:
    cells = [Counted(name, folder / "notes", name == "bad", **of_all) for name in names]  # type: ignore[arg-type]
    return Suite("fake", lambda _: cells, page, folder / "page.md", folder)


def noted(folder: Path) -> list[str]:
    notes = folder / "notes"
    return notes.read_text().split() if notes.exists() else []


def run(of: Suite, only: str | None = None) -> queue.Outcome:
    return queue.run(of, Path("no-data"), Path("no-runs"), only)


def test_cells_run_in_the_order_of_the_suite_and_are_kept_sorted_by_name(tmp_path: Path) -> None:
    run(suite(tmp_path, "second", "first"))
    assert noted(tmp_path) == ["second", "first"]
    lines = [json.loads(line) for line in (tmp_path / "fake" / "all.jsonl").read_text().splitlines()]
    assert [(line["name"], line["length"]) for line in lines] == [("first", 5), ("second", 6)]


def test_a_queue_that_is_run_again_measures_only_what_is_missing(tmp_path: Path) -> None:
    run(suite(tmp_path, "one", "two"), only="two")
    assert suite(tmp_path, "one", "two").into.read_text() == f"one: {NOT_RUN}\ntwo: 3\n"
    run(suite(tmp_path, "one", "two"))
    assert noted(tmp_path) == ["two", "one"]
    assert suite(tmp_path, "one", "two").into.read_text() == "one: 3\ntwo: 3\n"


def test_a_failing_cell_is_told_and_does_not_stop_the_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = run(suite(tmp_path, "bad", "good"))
    assert (outcome.failed, outcome.done) == (["bad"], ["good"])
    assert "ZeroDivisionError: as it was told to" in capsys.readouterr().out
    assert suite(tmp_path, "bad", "good").into.read_text() == f"bad: {NOT_RUN}\ngood: 4\n"


def test_a_changed_cell_is_measured_anew_and_its_old_result_goes(tmp_path: Path) -> None:
    run(suite(tmp_path, "one"))
    run(suite(tmp_path, "one", variant=1))
    assert noted(tmp_path) == ["one", "one"]
    assert list(suite(tmp_path).ledger.results()) == [digest("one", 1)]


def test_a_plan_runs_nothing(tmp_path: Path) -> None:
    run(suite(tmp_path, "one"))
    rows = queue.plan(suite(tmp_path, "one", "two", "three"), Path("no-data"))
    assert rows == (("all", "3", "1", "1.00"), ("together", "3", "1", "1.00"))
    assert noted(tmp_path) == ["one"]


def test_two_processes_share_one_queue_and_measure_no_cell_twice(tmp_path: Path) -> None:
    names = [f"cell-{number}" for number in range(8)]
    script = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[1:3]; import test_suites as t\n"
        f"t.run(t.suite(Path(sys.argv[3]), *{names!r}, takes=0.2))"
    )
    here = Path(__file__).resolve()
    words = [sys.executable, "-c", script, str(here.parent), str(here.parents[2]), str(tmp_path)]
    both = [subprocess.Popen(words, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert sorted(noted(tmp_path)) == names
    lines = (tmp_path / "fake" / "all.jsonl").read_text().splitlines()
    assert [json.loads(line)["name"] for line in lines] == names


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setitem(SUITES, "fake", suite(tmp_path, "bad", "good"))
    app = typer.Typer()
    commands.join(app)
    return app


def test_the_command_line_plans_a_suite(app: typer.Typer, tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["evaluate", "--suite", "fake", "--plan", "--data", str(tmp_path)])
    assert (answer.exit_code, noted(tmp_path)) == (0, [])
    assert "CPU-hours" in answer.stdout


def test_the_command_line_ends_with_what_failed(app: typer.Typer, tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["evaluate", "--suite", "fake", "--data", str(tmp_path)])
    assert answer.exit_code == 1
    assert "1 of fake's cells failed, first bad" in answer.stderr
    answer = CliRunner().invoke(app, ["evaluate", "--suite", "fake", "--only", "good", "--data", str(tmp_path)])
    assert answer.exit_code == 0


def test_a_suite_can_be_filled_elsewhere_than_in_docs(app: typer.Typer, tmp_path: Path) -> None:
    into = tmp_path / "trial" / "page.md"
    words = ["evaluate", "--suite", "fake", "--only", "good", "--into", str(into), "--data", str(tmp_path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert into.read_text() == f"bad: {NOT_RUN}\ngood: 4\n"
    assert (into.parent / "fake" / "all.jsonl").exists()


def test_a_suite_that_there_is_not_is_one_line(app: typer.Typer) -> None:
    answer = CliRunner().invoke(app, ["evaluate", "--suite", "lies"])
    assert (answer.exit_code, answer.stderr.count("\n")) == (1, 1)
    assert "no suite 'lies'" in answer.stderr
