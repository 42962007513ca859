"""The suite `int8`: the truth table's networks read the same windows in float32 and in eight bits."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.character import Character
from data.datasets.entry import Entry
from data.fault import FAULTS, Fault
from data.protocols import Span
from data.recording import Recording
from models.network import SpikingConfig, twin
from models.verdict import UnknownCheck
from training.config import TrainingConfig
from training.drawing.draw import rounded
from training.judging import Judged
from training.parity import read as read_in_torch
from training.prepared import windows
from training.spans import read
from training.suites.int8 import INT8, graphs
from training.suites.int8.cells import Int8Cell, NotTrained
from training.suites.int8.page import page
from training.suites.int8.plan import ROWS
from training.suites.int8.raw import Form, Raw, Spent, compared
from training.suites.rows import Row
from training.suites.suite import NOT_RUN
from training.suites.trained import kept
from training.suites.truth import TRUTH
from training.suites.truth.cells import NetworkCell, Place
from training.suites.truth.plan import reported

NOWHERE = Path("no-data")


@pytest.fixture
def spiking(small_config: Callable[..., TrainingConfig]) -> Int8Cell:
    (split,) = reported("mfpt", "by-recording")
    row = Row("MRA-SNN order", "order")
    return Int8Cell(NetworkCell(Place(row.label, "by-recording", "mfpt", split), row, small_config(steps=20)))


@pytest.fixture
def relu(spiking: Int8Cell) -> Int8Cell:
    base = spiking.network.base
    assert isinstance(base.network, SpikingConfig)
    made = base.model_copy(update={"network": twin(base.network)})
    return Int8Cell(replace(spiking.network, base=made))


def runs(folder: Path) -> Path:
    """As the command line hands them to the suite."""
    return folder / INT8.name


def test_a_cell_without_weights_is_told_and_trains_nothing(spiking: Int8Cell, small_root: Path, tmp_path: Path) -> None:
    with pytest.raises(NotTrained, match="the page says how"):
        spiking.measure(small_root, runs(tmp_path))
    assert not list(tmp_path.rglob("*.safetensors"))


def test_both_forms_read_the_windows_that_the_truth_table_counts(
    spiking: Int8Cell, small_root: Path, tmp_path: Path
) -> None:
    (reached,) = spiking.network.measure(small_root, tmp_path / TRUTH.name)["reached"]
    raw = Raw.model_validate(spiking.measure(small_root, runs(tmp_path)))
    assert raw.windows == reached["windows"]
    assert round(raw.float32.right / raw.windows, 5) == reached["window_accuracy"]
    assert raw.int8.right - raw.float32.right == raw.gained - raw.lost
    assert raw.otherwise >= raw.gained + raw.lost
    assert raw.float32.energy["float32"].paper == pytest.approx(reached["cost"]["energy"]["float32"]["paper"], rel=1e-3)


def test_the_int8_form_spikes_as_the_network_with_rounded_weights(
    spiking: Int8Cell, small_root: Path, tmp_path: Path
) -> None:
    spiking.network.measure(small_root, tmp_path / TRUTH.name)
    raw = Raw.model_validate(spiking.measure(small_root, runs(tmp_path)))
    root = spiking.network.at_hand(small_root, runs(tmp_path))
    ready = kept(spiking.network.config, root, tmp_path / TRUTH.name)
    assert ready is not None
    recordings = read(spiking.network.place.split.test, root)
    values = [windows(ready.run.config.front_end, each).values for each in recordings]
    flat = np.concatenate([each.reshape(-1, 1, each.shape[-1]) for each in values])
    wanted = read_in_torch(rounded(ready.weights.network), flat).spikes.sum(axis=0)
    assert list(raw.int8.spikes.values()) == pytest.approx(wanted.tolist(), rel=1e-3)
    assert raw.int8.spikes != raw.float32.spikes


def test_a_twin_is_quantised_on_windows_of_the_training_part_alone(
    relu: Int8Cell, small_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    relu.network.measure(small_root, tmp_path / TRUTH.name)
    calibrating: list[Span] = []

    def noted(spans: Iterable[Span], root: Path) -> Iterator[Recording]:
        chosen = list(spans)
        calibrating.extend(chosen)
        return read(chosen, root)

    monkeypatch.setattr(graphs, "read", noted)
    raw = Raw.model_validate(relu.measure(small_root, runs(tmp_path)))
    assert calibrating
    assert set(calibrating) <= set(relu.network.place.split.train)
    assert not raw.int8.spikes
    assert raw.int8.energy == raw.float32.energy
    assert abs(raw.points) < 10


def judged(name: str, fault: Fault, *guesses: Fault) -> Judged:
    entry = Entry("mfpt", name, "", fault, 0.0, 0.0, "", bearing=name, url="", size=None, checksum=None)
    return Judged(
        Span(entry), fault, np.eye(4)[[FAULTS.index(guess) for guess in guesses]], np.zeros((len(guesses), 1, 2), "f4"),
        np.zeros(0), np.zeros(0), len(guesses), Character(None, None, None), np.zeros((1, 1)),
    )  # fmt: skip


WHERE: dict[str, str | int] = {
    "row": "MRA-SNN order", "protocol": "cross-load", "dataset": "cwru", "split": "0 hp", "seed": 0,
}  # fmt: skip
INNER, OUTER, NORMAL = Fault.INNER_RACE, Fault.OUTER_RACE, Fault.NORMAL


def test_windows_lost_gained_and_named_otherwise_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Judged, "distances", lambda self, unknown: {"none": 0.0})
    before = [judged("a", INNER, INNER, INNER, OUTER, OUTER), judged("b", NORMAL, NORMAL, NORMAL)]
    after = [judged("a", INNER, INNER, OUTER, INNER, NORMAL), judged("b", NORMAL, INNER, INNER)]
    raw = compared(WHERE, before, after, (), UnknownCheck.model_construct())
    assert (raw.windows, raw.lost, raw.gained, raw.otherwise) == (6, 3, 1, 5)
    assert (raw.float32.right, raw.int8.right) == (4, 2)
    assert raw.points == pytest.approx(-100 / 3)
    assert raw.recordings_otherwise == ("mfpt/b",)
    assert raw.known_otherwise == ()


def form(right: int, spikes: int, paper: float) -> Form:
    spent = Spent(paper=paper, full=10 * paper)
    return Form(right=right, spikes={"one": spikes}, synops=spikes, energy={"float32": spent, "int8": spent})


def filled(row: str, *pairs: tuple[int, int]) -> dict[str, dict[str, object]]:
    """Made-up results of a row's first cells of `cross-load` on CWRU: windows of 100 right in float32 and in int8."""
    cells = [
        cell
        for cell in INT8.cells(NOWHERE)
        if isinstance(cell, Int8Cell) and (cell.group, cell.network.place.row) == ("cross-load-cwru", row)
    ]
    results: dict[str, dict[str, object]] = {}
    for cell, (float32, int8) in zip(cells, pairs, strict=False):
        place = cell.network.place
        where = {"row": row, "protocol": "cross-load", "dataset": "cwru", "split": place.split.name, "seed": place.seed}
        raw = Raw(
            **where, windows=100, runs=100, recordings=2, lost=0, gained=0, otherwise=0, recordings_otherwise=(),
            known_otherwise=(), float32=form(float32, 1000, 10.0), int8=form(int8, 1010, 10.1),
        )  # fmt: skip
        results[cell.key] = {"key": cell.key, "name": cell.name, "cpu_seconds": 1.0, **raw.model_dump(mode="json")}
    return results


def line(text: str, *starts: str) -> list[str]:
    """The table rows that begin so."""
    return [each for each in text.splitlines() if each.startswith(f"| {' | '.join(starts)} |")]


def test_the_page_says_what_holds_by_how_much_and_what_is_not_run() -> None:
    results = filled("MRA-SNN order", (90, 91), (80, 78)) | filled("ReLU twin order", (95, 95))
    text = page(INT8.cells(NOWHERE), results)
    assert "3 of 660 cells are filled." in text
    assert f"| `cross-load`, CWRU | -0.50: no | +0.00 | - | - | {NOT_RUN} | {NOT_RUN} |" in text
    (ours,) = line(text, "MRA-SNN order", "2 of 10", "200")
    assert "| 85.00 | 84.50 | -0.50 | 0, 0 | 0 | -2.00: 2 hp, seed 0 | 1.00 |" in ours
    assert line(text, "MRA-SNN order", "2 of 10", "+1.00 (+1.00)")
    # Beside the twin only the one cell that both have counts.
    assert line(text, "MRA-SNN order", "1 of 10", "91.00", "95.00", "+1.00", "+0.00", "10.1", "10.1", "1")


def test_every_cell_is_one_of_the_truth_tables() -> None:
    ours = [cell for cell in INT8.cells(NOWHERE) if isinstance(cell, Int8Cell)]
    assert {cell.network.key for cell in ours} <= {cell.key for cell in TRUTH.cells(NOWHERE)}
    assert {cell.network.place.row for cell in ours} == set(ROWS)
    assert len({cell.key for cell in ours}) == len(ours)


def test_the_committed_float32_readings_are_those_of_the_truth_table() -> None:
    table, found = TRUTH.ledger.results(), INT8.ledger.results()
    off = []
    for cell in INT8.cells(NOWHERE):
        assert isinstance(cell, Int8Cell)
        if cell.key in found and cell.network.key in table:
            (reached,), raw = table[cell.network.key]["reached"], found[cell.key]
            assert raw["windows"] == reached["windows"], cell.name
            off.append(raw["float32"]["right"] - round(reached["window_accuracy"] * reached["windows"]))
    assert len(off) > 300
    # The front end `order` sums in another order since some of the table's cells were filled: a spike may tip over.
    assert max(map(abs, off)) <= 2
    assert sum(each != 0 for each in off) <= 0.02 * len(off)
