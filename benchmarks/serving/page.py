"""docs/measured/serve.md, from what docs/measured/serve.json holds."""

from collections.abc import Iterator

from benchmarks.page import MISSING, spread
from benchmarks.results import Spread
from benchmarks.serving import picture
from benchmarks.serving.hosts import HOSTS, OURS, titled
from benchmarks.serving.results import Served, StoreCost, Turn
from benchmarks.serving.targets import targets
from benchmarks.writing import Files
from training.sheet import Row, Sheet

PICTURE = "serve.png"
OPENING = f"""# What it costs to serve a graph, beside other servers

Made by `brinell bench serve`. All servers answer from the same ONNX graph, with the same settings of onnxruntime, and
run at once; they are asked in turn, round after round, so that a busy moment meets all. One whose answers are not the
same is not timed. A cell is a median and, in brackets, the quartiles over rounds.

"Added" is the processor time of all of a server's processes for a request, less that of the graph alone in one call
with the request's windows, measured just before. A server that reads several requests in one call can win part of it
back. "Most" is a closed loop (wrk): each connection asks again as soon as it is answered. "At 80 %" is an open loop at
four fifths of that rate: each request has its moment, and its time is counted from then, whatever the server does.

![]({PICTURE})
"""


def page(served: Served) -> str:
    """The whole page."""
    parts = [OPENING, _about(served), _targets(served), *(_turns(served, *setting) for setting in served.settings)]
    parts += [] if served.store is None else [_store(served.store)]
    parts += [_set_up(served)] if served.turns else []
    return "\n".join([*parts, *_not_run(served)])


def _about(served: Served) -> str:
    machine = served.machine
    versions = ", ".join(f"{name} {each}" for name, each in machine.versions.items())
    rough = " **A quick run: the figures are rough.**" if served.quick else ""
    return (
        f"Bundle `{served.bundle}`, its golden windows, {served.rounds} rounds, {served.connections} connections in "
        f"the closed loop.{rough}\n\n{machine.processor}, {machine.cores} cores, {machine.memory_gib:g} GiB, "
        f"{machine.system}, Python {machine.python}; {versions}. The generators ran on the same cores. Load average of "
        f"the machine before it began: {served.load:g}.\n"
    )


def _targets(served: Served) -> str:
    rows = [
        (each.title, spread(each.value), f"at most {each.most:g}", "reached" if each.reached else "**missed**")
        for each in targets(served)
    ]
    return Sheet(
        "Targets, one window a request where nothing else is said", ("", "measured", "target", ""), tuple(rows)
    ).markdown()


def _turns(served: Served, body: str, windows: int) -> str:
    turns = [turn for turn in served.turns if (turn.body, turn.windows) == (body, windows)]
    bare = Spread.of(tuple(each for turn in turns for each in turn.bare_us))
    heads = (
        "", "added us, most", "over ours", "requests/s, most", "added us, 80 %", "p50 ms, 80 %", "p99 ms",
        "p99 over p50", "late ms", "failed",
    )  # fmt: skip
    ours = served.turn(OURS.name, body, windows)
    sheet = Sheet(f"{body}, {_count(windows)} a request", heads, tuple(_row(turn, ours) for turn in turns)).markdown()
    return f"{sheet}\nThe graph alone: {bare.median:.0f} ({bare.lower:.0f} to {bare.upper:.0f}) microseconds.\n"


def _row(turn: Turn, ours: Turn | None) -> Row:
    rate, p50, p99, late = map(Spread.of, (turn.rush_per_s, turn.p50_ms, turn.p99_ms, turn.late_ms))
    over = MISSING if ours is None else f"{turn.added_us.median / ours.added_us.median:.1f}"
    return (
        titled(turn.server), _whole(turn.added_us), over, _whole(rate), _whole(turn.added_steady_us), spread(p50),
        spread(p99), f"{turn.tail.median:.1f}", f"{late.median:.1f}", f"{turn.failed} of {turn.asked}",
    )  # fmt: skip


def _store(cost: StoreCost) -> str:
    rows = [
        (
            name,
            _whole(Spread.of(spent)),
            MISSING if name == "none" else _whole(cost.added_us(name)),
            _whole(Spread.of(cost.per_s[name])),
        )
        for name, spent in cost.cpu_us.items()
    ]
    heads = ("store", "CPU us a request", "over none", "requests/s")
    return f"{Sheet('What it costs to keep a diagnosis', heads, tuple(rows)).markdown()}\nAsked is {cost.asked}.\n"


def _set_up(served: Served) -> str:
    there = {turn.server for turn in served.turns}
    rows = tuple(
        (host.title, ", ".join(host.packages) or MISSING, host.told, f"{served.resident_mib.get(host.name, 0):.0f}")
        for host in HOSTS
        if host.name in there
    )
    heads = ("", "installed", "set up", "MiB of all its processes")
    return Sheet("The servers", heads, rows).markdown()


def _not_run(served: Served) -> Iterator[str]:
    if served.not_run:
        rows = tuple((titled(name), why) for name, why in served.not_run.items())
        yield Sheet("Not run", ("", "why"), rows).markdown()


def _whole(each: Spread) -> str:
    return f"{each.median:.0f} ({each.lower:.0f} to {each.upper:.0f})"


def _count(windows: int) -> str:
    return "1 window" if windows == 1 else f"{windows} windows"


SERVE = Files("serve.json", "serve.md", PICTURE, "brinell bench serve", Served.read, page, picture.draw)
