"""What the figures should be, beside what they are."""

from collections.abc import Iterator

from benchmarks.results import Spread
from benchmarks.serving.hosts import OURS
from benchmarks.serving.questions import BINARY, JSON
from benchmarks.serving.results import Served
from benchmarks.targets import Target

ADDED_US = 150.0
ADDED_AND_KEPT_US = 300.0
OF_THE_BEST = 0.5
TAIL = 5.0


def targets(served: Served) -> list[Target]:
    """Those whose part was measured; one window a request."""
    return [*_added(served), *_beside_others(served), *_tails(served)]


def _added(served: Served) -> Iterator[Target]:
    ours = served.turn(OURS.name, BINARY, 1)
    if ours is None:
        return
    yield Target("CPU added to the graph, binary, no store, microseconds", ours.added_us, ADDED_US)
    if served.store is not None:
        kept = served.store.added_us("power-safe")
        together = Spread(**{name: each + getattr(kept, name) for name, each in ours.added_us.model_dump().items()})
        yield Target("the same with the power-safe store's share, microseconds", together, ADDED_AND_KEPT_US)


def _beside_others(served: Served) -> Iterator[Target]:
    ours = served.turn(OURS.name, JSON, 1)
    others = [each for each in served.turns if (each.body, each.windows) == (JSON, 1) and each.server != OURS.name]
    if ours is None or not others:
        return
    best = min(others, key=lambda turn: turn.added_us.median)
    mine, theirs = (
        [all_of_it - bare for all_of_it, bare in zip(turn.rush_us, turn.bare_us, strict=True)] for turn in (ours, best)
    )
    ratio = Spread.of(tuple(one / other for one, other in zip(mine, theirs, strict=True)))
    yield Target(f"CPU added in JSON, over that of {best.server}, the best other", ratio, OF_THE_BEST)


def _tails(served: Served) -> Iterator[Target]:
    for body, windows in served.settings:
        ours = served.turn(OURS.name, body, windows)
        if ours is not None:
            yield Target(f"p99 over p50 at 80 %, {body}, {windows} a request", ours.tail, TAIL)
