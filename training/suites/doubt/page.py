"""docs/measured/doubt.md, from the raw results."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from data.fault import Fault
from training.doubt.asking import WRONG_SPEEDS
from training.doubt.readers import READERS
from training.sheet import Sheet
from training.spans import SIMULATED
from training.suites.cell import Cell, Result
from training.suites.doubt.cells import DoubtCell
from training.suites.doubt.words import BEARING, NO_SPEED, OPENING, READING, SPEED
from training.suites.recordings import RIGS
from training.suites.suite import NOT_RUN

Asked = dict[str, Any]
Rows = tuple[tuple[str, ...], ...]


def page(cells: Sequence[Cell], results: Mapping[str, Result]) -> str:
    """The whole page."""
    rule, *_ = READERS
    lines = {rig: _recordings(cells, results, rule, rig) for rig in (*RIGS, SIMULATED)}
    parts = [OPENING, _speed_sheet(lines), SPEED, _free_sheet(lines), NO_SPEED, _bearing_sheet(lines), BEARING]
    for reader in READERS:
        of_reader = {rig: _recordings(cells, results, reader, rig) for rig in (*RIGS, SIMULATED)}
        parts += [_reading_sheet(reader, of_reader), _number_sheet(reader, of_reader)]
    return "\n".join([*parts, READING])


def _recordings(cells: Sequence[Cell], results: Mapping[str, Result], reader: str, rig: str) -> list[Asked] | None:
    """What was asked of a rig's recordings; None where a cell of it is unfilled."""
    wanted = [cell for cell in cells if isinstance(cell, DoubtCell) and (cell.reader, cell.rig) == (reader, rig)]
    if not wanted or any(cell.key not in results for cell in wanted):
        return None
    return [asked for cell in wanted for asked in results[cell.key]["recordings"]]


def _rows(lines: Mapping[str, list[Asked] | None], width: int, row: Callable[[list[Asked]], Sequence[str]]) -> Rows:
    return tuple((rig, *(row(asked) if asked is not None else [NOT_RUN] * width)) for rig, asked in lines.items())


def _speed_sheet(lines: Mapping[str, list[Asked] | None]) -> str:
    headings = (
        "rig", "questions", "within 0.5 %", "within 1 %", "median error", "90 % are under", "sure",
        "sure, over 1 % off",
    )  # fmt: skip

    def row(asked: list[Asked]) -> Sequence[str]:
        return _estimates([each for one in asked for each in one["speeds"]])

    warned = _warning_rows(lines)
    return "\n".join(
        [
            Sheet("The speed, near a given one", headings, _rows(lines, 7, row)).markdown(),
            Sheet(
                "Warnings that a speed is in doubt",
                ("rig", "speed right", *(f"wrong by {wrong:.0%}" for wrong in (0.01, 0.03, 0.06))),
                warned,
            ).markdown(),
        ]
    )


def _warning_rows(lines: Mapping[str, list[Asked] | None]) -> Rows:
    def row(asked: list[Asked]) -> Sequence[str]:
        return [_share(each["doubted"] for each in _off(asked, wrong)) for wrong in (0.0, 0.01, 0.03, 0.06)]

    return _rows(lines, 4, row)


def _free_sheet(lines: Mapping[str, list[Asked] | None]) -> str:
    headings = (
        "rig", "recordings", "within 0.5 %", "within 1 %", "median error", "90 % are under", "sure",
        "sure, over 1 % off",
    )  # fmt: skip

    def row(asked: list[Asked]) -> Sequence[str]:
        return _estimates([one["no_speed"] for one in asked])

    return Sheet("The speed, with none given (600 to 3,600 rpm)", headings, _rows(lines, 7, row)).markdown()


def _estimates(estimates: list[Asked]) -> Sequence[str]:
    errors = sorted(abs(each["error"]) for each in estimates if each["error"] is not None)
    sure = [each for each in estimates if each["sure"]]
    return [
        str(len(estimates)),
        f"{sum(error <= 0.005 for error in errors) / len(estimates):.1%}",
        f"{sum(error <= 0.01 for error in errors) / len(estimates):.1%}",
        f"{errors[len(errors) // 2]:.2%}",
        f"{errors[int(0.9 * len(errors))]:.2%}",
        _of(len(sure), len(estimates)),
        _of(sum(abs(each["error"]) > 0.01 for each in sure), len(estimates)),
    ]


def _bearing_sheet(lines: Mapping[str, list[Asked] | None]) -> str:
    headings = (
        "rig", "right, race faults: fits", "does not fit", "healthy, any number: does not fit",
        "wrong by one, race faults: does not fit", "of these the true number first", "named", "fits",
    )  # fmt: skip

    def row(asked: list[Asked]) -> Sequence[str]:
        races = [one for one in asked if one["fault"] in (Fault.INNER_RACE, Fault.OUTER_RACE)]
        healthy = [each for one in asked if one["fault"] == Fault.NORMAL for each in one["numbers"]]
        right = [each for one in races for each in one["numbers"] if each["more"] == 0]
        wrong = [each for one in races for each in one["numbers"] if each["more"] != 0]
        warned = [each for each in wrong if each["fit"] == "does_not_fit"]
        return [
            _share(each["fit"] == "fits" for each in right),
            _share(each["fit"] == "does_not_fit" for each in right),
            _share(each["fit"] == "does_not_fit" for each in healthy),
            _of(len(warned), len(wrong)),
            _share(each["better"][0] == 0 for each in warned),
            _share(0 in each["better"] for each in warned),
            _share(each["fit"] == "fits" for each in wrong),
        ]

    return Sheet("Does the bearing fit?", headings, _rows(lines, 7, row)).markdown()


def _reading_sheet(reader: str, lines: Mapping[str, list[Asked] | None]) -> str:
    rows = []
    for rig, asked in lines.items():
        for wrong in sorted({abs(wrong) for wrong in WRONG_SPEEDS}):
            where = f"{rig}, off by {wrong:.0%}"
            rows.append((where, *(_named(asked, _off, wrong) if asked is not None else [NOT_RUN] * 6)))
    return Sheet(f"What a wrong speed costs: {reader}", _READ, tuple(rows)).markdown()


def _number_sheet(reader: str, lines: Mapping[str, list[Asked] | None]) -> str:
    rows = []
    for rig, asked in lines.items():
        for more, words in ((0, "right"), (1, "wrong by one")):
            where = f"{rig}, {words}"
            rows.append((where, *(_named(asked, _other_number, more) if asked is not None else [NOT_RUN] * 6)))
    return Sheet(f"What a wrong number of rolling elements costs: {reader}", _READ, tuple(rows)).markdown()


_READ = (
    "asked", "named right, as given", "corrected", "named wrong, as given", "corrected", "false alarms, as given",
    "corrected",
)  # fmt: skip


def _named(asked: list[Asked], pick: Callable[[list[Asked], float], list[Asked]], wrong: float) -> Sequence[str]:
    faulty = [one for one in asked if one["fault"] != Fault.NORMAL]
    healthy = [one for one in asked if one["fault"] == Fault.NORMAL]
    answers = [(one["fault"], each) for one in faulty for each in pick([one], wrong)]
    alarms = pick(healthy, wrong)
    cells = []
    for how in ("given", "corrected"):
        cells.append(_share(each[how] == fault for fault, each in answers))
    for how in ("given", "corrected"):
        cells.append(_share(each[how] not in (fault, Fault.NORMAL, None) for fault, each in answers))
    for how in ("given", "corrected"):
        cells.append(_share(each[how] not in (Fault.NORMAL, None) for each in alarms))
    return cells


def _off(asked: list[Asked], wrong: float) -> list[Asked]:
    return [each for one in asked for each in one["speeds"] if abs(each["wrong"]) == wrong]


def _other_number(asked: list[Asked], more: float) -> list[Asked]:
    return [each for one in asked for each in one["numbers"] if abs(each["more"]) == more]


def _share(answers: Any) -> str:
    held = list(answers)
    return _of(sum(held), len(held))


def _of(count: int, total: int) -> str:
    return f"{count} of {total}" if total else "none asked"
