"""Universal files, dataset 58 and 58b: functions at nodal degrees of freedom, of which the time signals are read.

Layout: SDRC I-DEAS, "Universal Dataset Number 58" (kept by the University of Cincinnati's SDRL). A header of eleven
records of 80 columns, then the values: 6E13.5, 4E20.12, or as many bytes as the first record says. The header decides
where the values end: the mark that closes a dataset can stand among binary values by chance.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.formats.channel import Wanted, distinct, pick
from data.formats.signal import Signal
from data.formats.source import Source
from data.formats.time_axis import snapped
from data.recording import SHORTEST_SAMPLES

_BEGINS = re.compile(rb"\s*-1[ \t]*\r?\n")
_SET = re.compile(rb"^ {0,4}-1[ \t]*\r?\n {0,4}58(b?)([^\r\n]*)\r?\n", re.MULTILINE | re.IGNORECASE)
_HEADER_LINES = 11
_LONGEST_LINE = 400
_TIME_RESPONSES = (0, 1)
"""Function types: general or unknown, time response."""
_KINDS = {2: (4, 13, 6), 4: (8, 20, 4)}
"""By type of ordinate, real single and real double: bytes, columns a value, values a line."""
_NO_UNIT = ("", "NONE")


@dataclass(frozen=True)
class _Head:
    """What the header of one dataset says; `start` is where its values begin."""

    name: str
    count: int
    step: float
    unit: str | None
    ordinate: int
    order: str | None
    size: int
    start: int


def begins(head: bytes) -> bool:
    """Whether a file that begins so can be a universal file."""
    return _BEGINS.match(head) is not None


def read(source: Source, wanted: Wanted = None) -> list[Signal]:
    """Time signals of a universal file; the channel is the dataset's first line of identification.

    Raises:
        FormatError: no such file, a damaged one, or several time signals and none `wanted`.
    """
    content = source.file.read()
    if not begins(content[:200]):
        raise source.wrong("a universal file is wanted, which begins with a line of -1")
    heads = list(_heads(source, content))
    names = distinct([head.name for head in heads])
    if not heads:
        raise source.wrong(f"no dataset 58 with a time signal of at least {SHORTEST_SAMPLES} samples in it")
    signals = []
    for place in pick(source, names, wanted):
        head = heads[place]
        values = _binary(source, content, head) if head.order else _text(source, content, head)
        rate = 1 / head.step if head.step > 0 else np.inf
        with np.errstate(over="ignore"):
            samples = values.astype(np.float32)
        note = f"UFF 58{'b' if head.order else ''}, {names[place]}"
        known = snapped(rate) if np.isfinite(rate) else None
        signals.append(Signal(samples, known, note, channel=names[place], unit=head.unit))
    return signals


def _heads(source: Source, content: bytes) -> Iterator[_Head]:
    at = 0
    while (mark := _SET.search(content, at)) is not None:
        lines, start = _lines(content, mark.end())
        head = _head(source, mark, lines, start)
        if head is None:
            at = mark.end()
            continue
        at = start + (head.size if head.order else 0)
        if head.count >= SHORTEST_SAMPLES:
            yield head


def _lines(content: bytes, at: int) -> tuple[list[str], int]:
    lines: list[str] = []
    for _ in range(_HEADER_LINES):
        end = content.find(b"\n", at, at + _LONGEST_LINE)
        if end < 0:
            break
        lines.append(content[at:end].decode("latin-1").rstrip("\r").ljust(80))
        at = end + 1
    return lines, at


def _head(source: Source, mark: re.Match[bytes], lines: list[str], start: int) -> _Head | None:
    """None for what is no signal over evenly spaced times."""
    if len(lines) < _HEADER_LINES:
        raise source.wrong("the header of a dataset 58 is cut off")
    try:
        function = int(lines[5][:5])
        ordinate, count, spacing = (int(lines[6][first : first + 10]) for first in (0, 10, 20))
        step = float(lines[6][43:56].replace("D", "E") or 0)
        order, size = _binary_layout(mark) if mark[1] else (None, 0)
    except ValueError as error:
        raise source.wrong(f"the header of a dataset 58 says no numbers where they belong: {error}") from error
    if function not in _TIME_RESPONSES or ordinate not in _KINDS or spacing != 1:
        return None
    if count < 0 or size < 0:
        raise source.wrong(f"a dataset 58 of {count} values in {size} bytes")
    unit = lines[8][46:67].strip()
    name = "" if lines[0].strip().upper() in _NO_UNIT else lines[0].strip()
    return _Head(name, count, step, None if unit.upper() in _NO_UNIT else unit, ordinate, order, size, start)


def _binary_layout(mark: re.Match[bytes]) -> tuple[str, int]:
    fields = [int(field) for field in mark[2].split()[:4]]
    if len(fields) < 4 or fields[0] not in (1, 2) or fields[1] != 2 or fields[2] != _HEADER_LINES:
        raise ValueError("binary values that are not IEEE 754, or no count of bytes")
    return "<" if fields[0] == 1 else ">", fields[3]


def _binary(source: Source, content: bytes, head: _Head) -> NDArray[np.floating]:
    width = _KINDS[head.ordinate][0]
    held = min(head.size, len(content) - head.start)
    if head.count * width > held:
        raise source.wrong(f"{head.count} values need {head.count * width} bytes, {max(held, 0)} follow")
    return np.frombuffer(content, f"{head.order}f{width}", head.count, head.start)


def _text(source: Source, content: bytes, head: _Head) -> NDArray[np.floating]:
    """Fixed columns: neighbours need no blank between them."""
    _, width, a_line = _KINDS[head.ordinate]
    full, rows = a_line * width, -(-head.count // a_line)
    lines = content[head.start : head.start + rows * (full + 4)].splitlines()[:rows]
    short = next((number for number, line in enumerate(lines[:-1]) if len(line) < full), None)
    cells = b"".join(line[:full] for line in lines)
    if short is not None or len(cells) < head.count * width:
        held = len(cells) // width if short is None else short * a_line
        raise source.wrong(f"{head.count} values are announced, {held} follow in full lines")
    try:
        return np.frombuffer(cells.replace(b"D", b"E"), f"S{width}", head.count).astype(np.float64)
    except ValueError as error:
        raise source.wrong(f"a value of a dataset 58 is no number: {error}") from error
