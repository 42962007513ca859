"""What a memory is told in the tests, and a process that is told of recordings until it is killed.

python -m tests.service.memory.hearing STATE RECORDINGS     # prints the id of each one that it hears of
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from data.recording import Recording
from service.diagnosis import Diagnosis, Verdict
from service.docs import example
from service.memory.heard import Heard
from service.memory.keep import Rules
from service.memory.memory import Limits, Memory
from service.store.database import Database
from service.store.identity import Clock, shown
from service.store.opening import opened

ANSWER = Diagnosis.model_validate(example("answer"))
RULES = Rules(below=0.7, minutes=60, day_bytes=1 << 30)


def limits(**given: Any) -> Limits:
    return Limits(**({"ring": 8, "ring_bytes": 64 << 20, "disk_bytes": 1 << 30, "rules": RULES} | given))


def heard(identity: int, *, time_us: int | None = None, size: int = 1000, asset: str = "fan", **given: Any) -> Heard:
    """A sure diagnosis of noise, at the time of its id in seconds."""
    samples = np.random.default_rng(identity).standard_normal(size).astype(np.float32)
    verdict = given.pop("verdict", Verdict.DIAGNOSED)
    changed = {"id": shown(identity), "verdict": verdict, "confidence": given.pop("confidence", 0.99)}
    answer = ANSWER.model_copy(update=changed)
    recording = Recording(samples, 12_800.0, speed_rpm=1480.0, bearing="6205")
    return Heard(
        identity, identity if time_us is None else time_us, asset, given.pop("axis", "x"), recording, answer, **given
    )


@contextmanager
def remembering(folder: Path, **given: Any) -> Iterator[tuple[Memory, Database, Clock]]:
    """A memory with a store of its own in `folder`; all that it was told of is looked at when the block ends."""
    recordings = given.pop("recordings", folder / "recordings")
    durability = given.pop("durability", "power-safe")
    with (
        opened(str(folder / "brinell.db"), durability) as (database, clock),
        Memory.open(database, recordings, durability, limits(**given)) as memory,
    ):
        yield memory, database, clock


def main(state: Path, recordings: Path) -> None:
    with remembering(state, recordings=recordings, disk_bytes=400_000) as (memory, _, clock):
        while True:
            identity, time_us = clock.new_id()
            memory.hear(heard(identity, time_us=time_us, asked=True))
            print(shown(identity), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
