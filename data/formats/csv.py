"""Text files of numbers: one column without a header, or several with names and perhaps times.

The first line is a sample unless it holds something that is no number. Commas, semicolons, tabs and blanks
separate; with the last three, a comma is a decimal point. Lines that begin with # are skipped.
"""

import io
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import FormatError
from data.formats.channel import Wanted, distinct, pick
from data.formats.signal import Signal
from data.formats.source import Source
from data.formats.time_axis import is_regular, rate_of
from data.units import written

_HEADER_LINES = 50
_TIME = re.compile(r"(time|zeit|t|timestamp|seconds?|secs?)(?![a-z])", re.IGNORECASE)
_COUNTER = re.compile(r"(index|sample|samples|no|nr|number|#|)\.?$", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]+(?:\([^()]*\))?)[)\]]")
_DECIMAL_COMMA = ". If a comma is a decimal point here, save the file with semicolons or decimal points"
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


def read(source: Source, wanted: Wanted = None) -> list[Signal]:
    """Columns of a text file, with the sampling rate where a column of times gives it, the unit where a heading does.

    Raises:
        FormatError: a line that is no numbers, times that are not regular, or several columns and none `wanted`.
    """
    table = _parse(source)
    clock = _time_column(table)
    rate, clock_note = _rate(source, table, clock)
    offered = [column for column in range(len(table.names)) if column != clock]
    columns = pick(source, table.names, wanted, offered=offered, advice=_DECIMAL_COMMA)
    return [_signal(table, column, rate, clock_note) for column in columns]


def _signal(table: _Table, column: int, rate: float | None, clock_note: str) -> Signal:
    name = table.names[column]
    header = f"column {name!r}" if table.header else f"column {column + 1}, no header"
    with np.errstate(over="ignore"):
        samples = table.values[:, column].astype(np.float32)
    named = name if table.header or len(table.names) > 1 else None
    return Signal(samples, rate, header + clock_note, channel=named, unit=_unit(table, column))


def _unit(table: _Table, column: int) -> str | None:
    """A unit of acceleration in brackets, or alone on a line under the names; other words in brackets are none."""
    cells = [row[column] for row in table.header if len(row) == len(table.names)]
    found = [match[1] for cell in cells for match in _BRACKETS.finditer(cell)] + cells[1:]
    return next((text for text in found if written(text) is not None), None)


def _parse(source: Source) -> _Table:
    text = _decoded(source.file.read())
    lines = _first_lines(text)
    first = next((number for number, line in enumerate(lines) if _is_numbers(line)), None)
    if first is None:
        raise source.wrong(f"no line of numbers among the first {_HEADER_LINES}; this is no table of samples")
    separator = _separator(lines[first])
    if separator != ",":
        text = text.replace(",", ".")
    values = _numbers(source, text, separator, first)
    alone = values.shape[1] == 1  # then blanks in its heading separate words, not columns
    rows = ([line] if alone else line.split(separator) for line in lines[:first] if _counts(line))
    header = tuple(tuple(cell.strip() for cell in row) for row in rows)
    fitting = [row for row in header if len(row) == values.shape[1]]
    names = fitting[0] if fitting else [""] * values.shape[1]
    return _Table(values, tuple(distinct(names)), header)


def _first_lines(text: str) -> list[str]:
    """Of a long file a line is not an object each: they would weigh ten times the file."""
    return [line.rstrip("\n") for line in islice(_stream(text), _HEADER_LINES + 1)]


def _stream(text: str) -> io.StringIO:
    """Its lines are the same whoever counts them: they end with a line feed, a carriage return, or both."""
    return io.StringIO(text, newline=None)


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


def _numbers(source: Source, text: str, separator: str | None, first: int) -> NDArray[np.float64]:
    try:
        values = np.loadtxt(_stream(text), comments="#", delimiter=separator, skiprows=first, ndmin=2)
    except ValueError as error:
        where = f"rows counted from 0 below line {first}"
        raise source.wrong(f"{error} ({where}); only numbers are wanted") from error
    if not values.size:
        raise source.wrong(f"no numbers below line {first}")
    return values


def _time_column(table: _Table) -> int | None:
    if table.values.shape[1] < 2:
        return None
    for column, name in enumerate(table.names):
        if _TIME.match(name.strip()):
            return column
    first = table.values[:, 0]
    named_otherwise = bool(table.header) and not _COUNTER.match(table.names[0])
    return 0 if is_regular(first) and not named_otherwise else None


def _rate(source: Source, table: _Table, clock: int | None) -> tuple[float | None, str]:
    if clock is None:
        return None, ""
    times = table.values[:, clock]
    name = table.names[clock]
    if not _TIME.match(name) and (times.size < 2 or times[1] - times[0] == 1):
        return None, f"; column {name!r} counts the samples"
    above = " ".join(row[clock] for row in table.header if len(row) == len(table.names))
    unit = next((factor for pattern, factor in _TIME_UNITS if pattern.search(above)), 1.0)
    return rate_of(times * unit, f"{source.name}: column {name!r}"), f"; sampling rate from column {name!r}"
