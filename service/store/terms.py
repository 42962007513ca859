"""The words that diagnoses can be found by, as 64-bit numbers.

The number is the beginning of the word's sha256: among the words of a plant no two share one by chance.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

FOUND_BY = ("source", "fault", "verdict", "bundle", "asset")
"""Columns of a diagnosis that can be asked for; a bundle by `name/version`, and by its name alone."""

KNOWN_TERMS = 65_536


@lru_cache(KNOWN_TERMS)
def number(column: str, value: str) -> int:
    """The term's number, as a database keeps whole numbers: with a sign."""
    digest = hashlib.sha256(f"{column}={value}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def numbers(row: Mapping[Any, Any]) -> Iterator[int]:
    """Those of a diagnosis, by its columns."""
    for column in FOUND_BY:
        if row[column] is not None:
            yield number(column, row[column])
    if row["bundle"] is not None:
        yield number("bundle", row["bundle"].partition("/")[0])
