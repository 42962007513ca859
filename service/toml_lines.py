"""In which line of a TOML file a field stands; the standard library's reader does not say.

>>> line_of("a = 1\\n[[source]]\\n[[source]]\\nrate = 2\\n", ["source", 1, "rate"])
4
"""

import re
from collections.abc import Sequence

HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")


def line_of(text: str, field: Sequence[int | str]) -> int:
    """The line of the field, or of the innermost table around it that is found; 1 where none is.

    Args:
        field: names, and numbers from 0 where a table stands several times.
    """
    best, depth = 1, 0
    for number, path in enumerate(_paths(text), start=1):
        common = _common(path, field)
        if path and common == len(path) and common > depth:
            best, depth = number, common
    return best


def _paths(text: str) -> list[list[int | str]]:
    """For each line the field that begins in it, or nothing."""
    table: list[int | str] = []
    counts: dict[str, int] = {}
    found: list[list[int | str]] = []
    for line in text.splitlines():
        header = HEADER.match(line)
        key = re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line)
        if header is not None:
            table = _table(header[1], line.lstrip().startswith("[["), counts)
            found.append(table)
        elif key is not None:
            found.append([*table, *_names(key[1])])
        else:
            found.append([])
    return found


def _table(name: str, several: bool, counts: dict[str, int]) -> list[int | str]:
    if several:
        counts[name] = counts.get(name, -1) + 1
        return [name, counts[name]]
    first, *rest = _names(name)
    return [first, counts[first], *rest] if first in counts else [first, *rest]


def _names(key: str) -> list[str]:
    return [part.strip(" \"'") for part in key.split(".")]


def _common(path: Sequence[int | str], field: Sequence[int | str]) -> int:
    count = 0
    for ours, theirs in zip(path, field, strict=False):
        if ours != theirs:
            break
        count += 1
    return count
