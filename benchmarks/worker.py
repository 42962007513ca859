"""A process that holds one object and answers what its methods are asked, until its standard input closes.

    python -m benchmarks.worker benchmarks.race:Runner '{"name": "naive", ...}'

One JSON line in, one out; the first line out says that the object was made. Each competitor has a process of its own,
so that none leaves threads, caches or memory to another. (`benchmarks.process` is the other end.)
"""

import importlib
import json
import os
import sys
import traceback
from typing import Any


def main(place: str, arguments: str) -> None:
    """Makes the object that `place` ("module:class") names and answers with it."""
    # Libraries talk on standard output too, which would break a line of JSON.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(make: Any) -> Any:
        try:
            made = make()
            line = {"gives": made if isinstance(made, (dict, list, float, int, str)) else None}
        except Exception as error:  # whatever a competitor raises is told, and the race goes on without it
            traceback.print_exc()
            made, line = None, {"failed": f"{type(error).__name__}: {str(error).strip().splitlines()[:1]}"}
        print(json.dumps(line), file=answers, flush=True)
        return made

    module, _, name = place.partition(":")
    held = answer(lambda: getattr(importlib.import_module(module), name)(**json.loads(arguments)))
    for line in sys.stdin:
        asked = json.loads(line)
        answer(lambda asked=asked: getattr(held, asked["ask"])(**asked["with"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
