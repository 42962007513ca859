"""Assets as a table (CSV): a line for each axis; what belongs to the point stands in its first line, or in each.

    id,machine,point,axis,channel,unit,sensitivity_mv_g,bearing,speed,group,foundation,notes
    mill-3.fan.de,mill 3,"fan, drive end",x,1,V,100,6205,1480,2,rigid,
    mill-3.fan.de,,,y,2,V,100,,,,,

`speed`: rpm (1480), a range (900-1500), `given` with each request, or nothing. `bearing`: as `data.bearing` reads it.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from pydantic import ValidationError

from service.assets.asset import Asset, Axis, Fixed, Range, Speed
from service.bearing import as_text
from service.errors import ELSE_TO_DO, WHAT_TO_DO, Problem, RequestRefused, problems_of

OF_POINT = ("machine", "point", "bearing", "speed", "group", "foundation", "notes")
OF_AXIS = ("axis", "channel", "unit", "sensitivity_mv_g")
COLUMNS = ("id", "machine", "point", *OF_AXIS, "bearing", "speed", "group", "foundation", "notes")
MOST_LINES = 20_000
MOST_TOLD = 100
"""Of what is wrong with a table."""

_RANGE = re.compile(r"([\d.]+)\s*-\s*([\d.]+)")
_COLUMN_OF = {"name": "axis", "machine_class": "group", "lowest_rpm": "speed", "highest_rpm": "speed", "rpm": "speed"}


@dataclass
class _Point:
    """The lines of one asset: where it begins, its own cells, and the line and cells of each axis."""

    line: int
    cells: dict[str, str]
    axes: list[tuple[int, dict[str, str]]] = field(default_factory=list)


class _Wrong:
    """What is wrong with the table so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, line: int, column: str, reason: str) -> None:
        advice = WHAT_TO_DO.get(column, ELSE_TO_DO)
        self.problems.append(Problem(field=f"csv.{line}.{column}", reason=reason, what_to_do=advice))

    def refuse(self) -> None:
        if self.problems:
            raise refusal(self.problems)


def refusal(problems: Sequence[Problem]) -> RequestRefused:
    """Nothing of a table is taken: every problem, by line and column, up to `MOST_TOLD`."""
    told = list(problems[:MOST_TOLD])
    if len(problems) > MOST_TOLD:
        more = f"{len(problems) - MOST_TOLD} more problems are not told"
        told.append(Problem(field="csv", reason=more, what_to_do=WHAT_TO_DO["csv"]))
    return RequestRefused(422, told)


def at_line(line: int, column: str, reason: str) -> Problem:
    """A problem with one cell."""
    wrong = _Wrong()
    wrong.add(line, column, reason)
    return wrong.problems[0]


def read(content: bytes | bytearray) -> dict[int, Asset]:
    """The assets of a table, by the line that each begins in.

    Raises:
        RequestRefused: 422, with every line and column that is wrong.
    """
    wrong = _Wrong()
    points = _points(_rows(content, wrong), wrong)
    found: dict[int, Asset] = {}
    for identity, point in points.items():
        asset = _asset(identity, point, wrong)
        if asset is not None:
            found[point.line] = asset
    wrong.refuse()
    return found


def write(assets: Iterable[Asset]) -> str:
    """The table of these assets, as `read` reads it."""
    return table(
        {"id": asset.id} | (_cells_of_point(asset) if number == 0 else {}) | _cells_of_axis(axis)
        for asset in assets
        for number, axis in enumerate(asset.axes)
    )


def table(lines: Iterable[Mapping[str, Any]]) -> str:
    """The table of these lines, each cell by its column; what is left out is empty."""
    out = io.StringIO()
    written = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    written.writeheader()
    written.writerows(lines)
    return out.getvalue()


def _rows(content: bytes | bytearray, wrong: _Wrong) -> list[tuple[int, dict[str, str]]]:
    """Lines with their cells by column; blank ones are left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal([at_line(content.count(b"\n", 0, error.start) + 1, "text", "is not UTF-8")]) from None
    first, _, _ = text.partition("\n")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        header = [name.strip().lower() for name in next(lines, [])]
        _check_header(header, wrong)
        begins = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                rows.append((begins, _named(begins, header, cells, wrong)))
            if len(rows) > MOST_LINES:
                raise refusal([at_line(begins, "table", f"over {MOST_LINES} lines")])
            begins = lines.line_num + 1
    except csv.Error as error:
        raise refusal([at_line(lines.line_num, "text", f"is no CSV: {error}")]) from None
    return rows


def _check_header(header: Sequence[str], wrong: _Wrong) -> None:
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            wrong.add(1, column[:40], f"no such column; there are {', '.join(COLUMNS)}")
        elif header.count(column) > 1:
            wrong.add(1, column, "stands in the header twice")
    for column in ("id", "machine", "point", "axis"):
        if column not in header:
            wrong.add(1, column, "is missing in the header")
    wrong.refuse()


def _named(line: int, header: Sequence[str], cells: Sequence[str], wrong: _Wrong) -> dict[str, str]:
    if len(cells) > len(header):
        wrong.add(line, "table", f"{len(cells)} cells, and {len(header)} columns; a cell with commas needs quotes")
    pairs = zip_longest(header, cells[: len(header)], fillvalue="")
    return {column: cell.strip() for column, cell in pairs}


def _points(rows: Sequence[tuple[int, dict[str, str]]], wrong: _Wrong) -> dict[str, _Point]:
    points: dict[str, _Point] = {}
    for line, cells in rows:
        point = points.setdefault(cells["id"], _Point(line, cells))
        point.axes.append((line, cells))
        for column in OF_POINT:
            if cells.get(column) and cells[column] != point.cells[column]:
                wrong.add(line, column, f"{cells['id']} has another one in line {point.line}")
    return points


def _asset(identity: str, point: _Point, wrong: _Wrong) -> Asset | None:
    """The asset of these lines; None where something is wrong with them."""
    before = len(wrong.problems)
    cells = {column: text for column, text in point.cells.items() if text and column in OF_POINT}
    given: dict[str, Any] = {name: cells[name] for name in ("machine", "point", "bearing", "notes") if name in cells}
    given |= {"id": identity, "axes": [_axis(line, axis, wrong) for line, axis in point.axes]}
    if "speed" in cells:
        given["speed"] = _speed(point.line, cells["speed"], wrong)
    if "group" in cells or "foundation" in cells:
        group = cells.get("group")
        of_class = {"group": int(group) if group in ("1", "2") else group, "foundation": cells.get("foundation")}
        given["machine_class"] = {name: each for name, each in of_class.items() if each is not None}
    if len(wrong.problems) > before:
        return None
    try:
        return Asset.model_validate_json(json.dumps(given))
    except ValidationError as error:
        for each in problems_of(error.errors(include_url=False, include_context=False)):
            line, column = _place(each.field, point)
            wrong.add(line, column, each.reason)
        return None


def _axis(line: int, cells: dict[str, str], wrong: _Wrong) -> dict[str, Any]:
    found: dict[str, Any] = {"name": cells["axis"]}
    found |= {name: cells[name] for name in ("channel", "unit") if cells.get(name)}
    if cells.get("sensitivity_mv_g"):
        found["sensitivity_mv_g"] = _number(line, "sensitivity_mv_g", cells["sensitivity_mv_g"], wrong)
    return found


def _speed(line: int, text: str, wrong: _Wrong) -> dict[str, Any]:
    if text == "given":
        return {"kind": "given"}
    limits = _RANGE.fullmatch(text)
    if limits is None:
        return {"kind": "fixed", "rpm": _number(line, "speed", text, wrong)}
    lowest, highest = (_number(line, "speed", limits[part], wrong) for part in (1, 2))
    return {"kind": "range", "lowest_rpm": lowest, "highest_rpm": highest}


def _number(line: int, column: str, text: str, wrong: _Wrong) -> float | None:
    try:
        return float(text)
    except ValueError:
        wrong.add(line, column, f"{text[:40]!r} is no number")
        return None


def _place(where: str, point: _Point) -> tuple[int, str]:
    """Line and column of a field of the asset."""
    parts = where.split(".")
    line = point.line
    if parts[0] == "axes" and len(parts) > 1:
        line = point.axes[int(parts[1])][0]
    elif parts[0] in ("bearing", "speed"):
        return line, parts[0]
    column = "axis" if parts[-1].isdigit() or parts[-1] == "axes" else parts[-1]
    return line, _COLUMN_OF.get(column, column)


def _cells_of_point(asset: Asset) -> dict[str, Any]:
    machine = asset.machine_class
    return {
        "machine": asset.machine,
        "point": asset.point,
        "bearing": "" if asset.bearing is None else as_text(asset.bearing),
        "speed": _speed_text(asset.speed),
        "group": "" if machine is None else machine.group,
        "foundation": "" if machine is None else machine.foundation,
        "notes": asset.notes,
    }


def _cells_of_axis(axis: Axis) -> dict[str, Any]:
    given = axis.model_dump(exclude_none=True)
    return {"axis": given.pop("name"), **given}


def _speed_text(speed: Speed | None) -> str:
    if speed is None:
        return ""
    if isinstance(speed, Fixed):
        return repr(speed.rpm)
    return f"{speed.lowest_rpm!r}-{speed.highest_rpm!r}" if isinstance(speed, Range) else "given"
