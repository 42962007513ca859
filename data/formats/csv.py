"""Text files of numbers: one column without a header, or several with names and perhaps times.

The first line is a sample unless it holds something that is no number. Commas, semicolons, tabs and blanks
separate; with the last three, a comma is a decimal point. Lines that begin with # are skipped.
"""

import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import FormatError
from data.formats.signal import Channel, Signal
from data.formats.time_axis import is_regular, rate_of

_HEADER_LINES = 50
_TIME = re.compile(r"(time|zeit|t|timestamp|seconds?|secs?)(?![a-z])", re.IGNORECASE)
_COUNTER = re.compile(r"(index|sample|samples|no|nr|number|#|)\.?$", re.IGNORECASE)
_TIME_UNITS = ((re.compile(r"\b(ms|msec|milliseconds?)\b", re.IGNORECASE), 1e-3), (re.compile(r"\b[uµμ]s\b"), 1e-6))


@dataclass(frozen=True)
class _Table:
    """`values` [rows, columns]; `names` one a column; `header` all lines above the numbers."""

    values: NDArray[np.float64]
    names: tuple[str, ...]
    header: tuple[tuple[str, ...], ...]


def read_column(path: Path) -> NDArray[np.float32]:
    """float32 [lines] of a file with one number a line and no header.

    Raises:
        FormatError: a line is no number, or there are several columns.
    """
    try:
        values = np.loadtxt(path, dtype=np.float32, comments=None, ndmin=2)
    except ValueError as error:
        raise FormatError(f"{path}: {error}; one number a line is wanted") from error
    if values.shape[1] != 1:
        raise FormatError(f"{path}: {values.shape[1]} columns; one number a line is wanted")
    return values[:, 0]


def read(path: Path, channel: Channel = None) -> Signal:
    """One column of a text file, with the sampling rate where a column of times gives it.

    Raises:
        FormatError: a line that is no numbers, times that are not regular, or several columns and no `channel`.
    """
    table = _parse(path)
    clock = _time_column(table)
    rate, clock_note = _rate(path, table, clock)
    column = _chosen(path, table, clock, channel)
    header = f"column {table.names[column]!r}" if table.header else f"column {column + 1}, no header"
    return Signal(table.values[:, column].astype(np.float32), rate, header + clock_note)


def _parse(path: Path) -> _Table:
    text = _decoded(path.read_bytes())
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if _is_numbers(line)), None)
    if first is None or first > _HEADER_LINES:
        raise FormatError(f"{path}: no line of numbers among the first {_HEADER_LINES}; this is no table of samples")
    separator = _separator(lines[first])
    if separator != ",":
        text = text.replace(",", ".")
    values = _numbers(path, text, separator, first)
    rows = (tuple(cell.strip() for cell in line.split(separator)) for line in lines[:first] if _counts(line))
    header = tuple(row for row in rows if row)
    fitting = [row for row in header if len(row) == values.shape[1]]
    names = fitting[0] if fitting else tuple(str(number + 1) for number in range(values.shape[1]))
    return _Table(values, names, header)


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _separator(line: str) -> str | None:
    return next((separator for separator in (";", "\t", ",") if separator in line), None)


def _is_numbers(line: str) -> bool:
    if not _counts(line):
        return False
    separator = _separator(line)
    cells = line.strip().split(separator)
    if separator != ",":
        cells = [cell.replace(",", ".") for cell in cells]
    try:
        for cell in cells:
            float(cell)
    except ValueError:
        return False
    return True


def _numbers(path: Path, text: str, separator: str | None, first: int) -> NDArray[np.float64]:
    try:
        return np.loadtxt(io.StringIO(text), comments="#", delimiter=separator, skiprows=first, ndmin=2)
    except ValueError as error:
        where = f"rows counted from 0 below line {first}"
        raise FormatError(f"{path}: {error} ({where}); only numbers are wanted") from error


def _time_column(table: _Table) -> int | None:
    if table.values.shape[1] < 2:
        return None
    for column, name in enumerate(table.names):
        if _TIME.match(name.strip()):
            return column
    first = table.values[:, 0]
    named_otherwise = bool(table.header) and not _COUNTER.match(table.names[0])
    return 0 if is_regular(first) and not named_otherwise else None


def _rate(path: Path, table: _Table, clock: int | None) -> tuple[float | None, str]:
    if clock is None:
        return None, ""
    times = table.values[:, clock]
    name = table.names[clock]
    if not _TIME.match(name) and (times.size < 2 or times[1] - times[0] == 1):
        return None, f"; column {name!r} counts the samples"
    above = " ".join(row[clock] for row in table.header if len(row) == len(table.names))
    unit = next((factor for pattern, factor in _TIME_UNITS if pattern.search(above)), 1.0)
    return rate_of(times * unit, f"{path}: column {name!r}"), f"; sampling rate from column {name!r}"


def _chosen(path: Path, table: _Table, clock: int | None, channel: Channel) -> int:
    count = table.values.shape[1]
    if channel is not None:
        wanted = str(channel).strip()
        if wanted in table.names:
            return table.names.index(wanted)
        if wanted.isdigit() and 1 <= int(wanted) <= count:
            return int(wanted) - 1
        names = ", ".join(table.names)
        raise FormatError(f"{path}: no column {wanted!r}; there are {names}, or give a number 1 to {count}")
    candidates = [column for column in range(count) if column != clock]
    if len(candidates) == 1:
        return candidates[0]
    listed = ", ".join(table.names[column] for column in candidates)
    raise FormatError(
        f"{path}: several columns ({listed}); say which with `channel`. If a comma is a decimal point here, save "
        "the file with semicolons or decimal points"
    )
