"""One cell of a measurement: what is measured, how long that takes, and a key that changes with whatever changes it."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from data.protocols import Split

Result = dict[str, Any]
"""What a cell measured, as JSON, and what the queue adds."""

QUEUE_ONLY = {"key", "name", "cpu_seconds"}


class Cell(Protocol):
    """What a queue runs.

    Attributes:
        name: readable, unique in its suite.
        group: the file of the suite that keeps its result, without suffix.
        key: sixteen hexadecimal digits that change with all that changes the result (`digest`).
        seconds: CPU seconds that it is thought to take.
    """

    @property
    def name(self) -> str: ...

    @property
    def group(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def seconds(self) -> float: ...

    def measure(self, root: Path, runs: Path) -> Result:
        """Measures, on the recordings under `root`; training runs are kept in `runs`.

        Raises:
            BrinellError: recordings are missing, or a configuration is wrong. Whatever is raised, the queue goes on.
        """
        ...


def told_spans(split: Split, parts: Sequence[str] = ("train", "validation", "test")) -> list[tuple[object, ...]]:
    """Which part of which recording trains, validates and tests, as `digest` takes it."""
    return [
        (part, span.entry.rig, span.entry.name, span.start, span.stop)
        for part in parts
        for span in getattr(split, part)
    ]


def measured(result: Result) -> Result:
    """What the cell gave, without what the queue adds."""
    return {name: value for name, value in result.items() if name not in QUEUE_ONLY}


def digest(*parts: object) -> str:
    """Sixteen hexadecimal digits of anything that JSON holds, pydantic models with it.

    >>> digest("mfpt", 0) == digest("mfpt", 0) != digest("mfpt", 1)
    True
    """
    plain = [part.model_dump(mode="json") if isinstance(part, BaseModel) else part for part in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]
