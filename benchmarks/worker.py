"""A process that holds one object and answers what its methods are asked, until its standard input closes.

    python -m benchmarks.worker benchmarks.runner:Runner '{"place": ..., "file": ..., ...}'

One JSON line in, one out; the first line out says that the object was made. Each competitor has a process of its own,
so that none leaves threads, caches or memory to another. (`benchmarks.process` is the other end.)
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, TextIO


def main(place: str, arguments: str) -> None:
    """Makes the object of the class that `place` ("module:class") names, and answers with it."""
    # Libraries talk on standard output too, which would break a line of JSON.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    held: list[Any] = []
    _answer(lambda: held.append(named(place)(**json.loads(arguments))), answers)
    for line in sys.stdin:
        _answer(partial(_asked, held[0], json.loads(line)), answers)


def named(place: str) -> Any:
    """What "module:name" stands for."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def _asked(held: Any, question: dict[str, Any]) -> Any:
    return getattr(held, question["ask"])(**question["with"])


def _answer(work: Callable[[], Any], answers: TextIO) -> None:
    try:
        said = {"gives": work()}
    except Exception as error:  # whatever a competitor raises is told, and the race goes on without it
        traceback.print_exc()
        said = {"failed": f"{type(error).__name__}: {next(iter(str(error).strip().splitlines()), '')}"}
    print(json.dumps(said), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
