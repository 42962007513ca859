"""Where long work may be interrupted: between two of its steps, each some tens of milliseconds of processor time.

with between_steps(pause):       # whoever runs the work says what happens between its steps, in this thread
    engine.diagnose(recording)   # loops over blocks call `step()`; `pause` may wait there, or raise to end the work
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_PAUSE: ContextVar[Callable[[], None] | None] = ContextVar("pause", default=None)


def step() -> None:
    """Called before each block of a long loop; nothing happens unless somebody asked by `between_steps`."""
    pause = _PAUSE.get()
    if pause is not None:
        pause()


@contextmanager
def between_steps(pause: Callable[[], None]) -> Iterator[None]:
    """Has `pause` called between the steps of what this thread does."""
    before = _PAUSE.set(pause)
    try:
        yield
    finally:
        _PAUSE.reset(before)
