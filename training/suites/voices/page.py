"""docs/voices.md, from the raw results."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from training.metrics import Share
from training.sheet import Sheet
from training.spans import SIMULATED
from training.suites.cell import Cell, Result
from training.suites.recordings import RIGS
from training.suites.suite import NOT_RUN
from training.suites.voices.cells import ARGUED, MACHINES, NETWORKS, WITH_FAN_END, VoicesCell, faulty
from training.suites.voices.words import HELD, HOLDS, OPENING, OTHER_SENSOR, READING
from training.voices.asking import ASKED, RIGHT
from training.voices.rigs import COMMISSIONED, FAN_END

Heard = dict[str, Any]
Raised = Callable[[Heard], bool]

NETWORK, EVIDENCE, CHANGE = "network", "evidence", "change"
COMBINED, WATCHED = "combined: alarm", "combined: watch or alarm"
REAL, BY_FAN_END = "all rigs", "all rigs, CWRU by its fan end"
OF_MACHINES = {
    SIMULATED: "Simulated machines, the shipped network",
    ARGUED: "The simulated machines that the table was argued on, the shipped network",
}
TOGETHER = {REAL: RIGS, BY_FAN_END: WITH_FAN_END}


def _says(voice: str) -> Raised:
    return lambda one: bool(one["voices"][voice]["says"] == "raised")


SINGLE: dict[str, Raised] = {voice: _says(voice) for voice in (NETWORK, EVIDENCE, CHANGE)}
HEARD: dict[str, Raised] = {
    **SINGLE,
    COMBINED: lambda one: bool(one["level"] == "alarm"),
    WATCHED: lambda one: one["level"] in ("watch", "alarm"),
}


def page(cells: Sequence[Cell], results: Mapping[str, Result]) -> str:
    """The whole page."""
    ours = [cell for cell in cells if isinstance(cell, VoicesCell)]
    parts = [OPENING.replace("{held}", HELD[_held(ours, results)])]
    for network in NETWORKS:
        of_network = [cell for cell in ours if cell.network == network]
        parts += [
            f"## Network: {network}\n",
            _verdict(of_network, results, REAL) + "\n",
            _main(of_network, results, REAL),
        ]
        parts += [_asked(of_network, results, row) for row in ASKED if row != RIGHT]
    parts.append(OTHER_SENSOR)
    for network in NETWORKS:
        parts += _other_sensor(network, [cell for cell in ours if cell.network == network], results)
    parts += [_simulated([cell for cell in ours if cell.rig == rig], results) for rig in MACHINES]
    return "\n".join([*parts, _named(ours, results), READING])


def _recordings(cells: Sequence[VoicesCell], results: Mapping[str, Result], row: str, rig: str) -> list[Heard] | None:
    """What was heard of a rig, or of all; None where a cell is unfilled."""
    wanted = [cell for cell in cells if cell.row == row and cell.rig in TOGETHER.get(rig, (rig,))]
    if any(cell.key not in results for cell in wanted):
        return None
    return [one for cell in wanted for one in results[cell.key]["recordings"]]


def missed(heard: Sequence[Heard], raised: Raised) -> Share:
    """Faulty recordings of which nothing is said."""
    bad = [one for one in heard if faulty(one)]
    return Share(sum(not raised(one) for one in bad), len(bad))


def bearings_missed(heard: Sequence[Heard], raised: Raised) -> Share:
    """Faulty bearings of which some recording is missed."""
    bad = sorted((one for one in heard if faulty(one)), key=_bearing)
    groups = [list(group) for _, group in groupby(bad, _bearing)]
    return Share(sum(any(not raised(one) for one in group) for group in groups), len(groups))


def false_alarms(heard: Sequence[Heard], raised: Raised) -> Share:
    """Healthy recordings of which something is said."""
    good = [one for one in heard if not faulty(one)]
    return Share(sum(map(raised, good)), len(good))


def _bearing(one: Heard) -> str:
    return str(one["bearing"])


_HEADINGS = ("", "voice", "missed", "bearings with a miss", "false alarms")


def _main(cells: Sequence[VoicesCell], results: Mapping[str, Result], together: str) -> str:
    rigs = (*TOGETHER[together], together)
    rows = [line for rig in rigs for line in _rows(rig, _recordings(cells, results, RIGHT, rig), intervals=True)]
    return Sheet("", _HEADINGS, tuple(rows)).markdown_table()


def _asked(cells: Sequence[VoicesCell], results: Mapping[str, Result], row: str) -> str:
    rows = [line for rig in (*RIGS, REAL) for line in _rows(rig, _recordings(cells, results, row, rig))]
    table = Sheet("", _HEADINGS, tuple(rows)).markdown_table()
    return f"### {row[0].upper()}{row[1:]}\n\n{table}"


def _rows(name: str, heard: Sequence[Heard] | None, intervals: bool = False) -> Iterator[tuple[str, ...]]:
    """A line for each voice; `heard` is None where it was not run."""
    for voice, raised in HEARD.items():
        if heard is None:
            yield (name, voice, *[NOT_RUN] * 3)
            continue
        shares = [count(heard, raised) for count in (missed, bearings_missed, false_alarms)]
        yield (name, voice, *(_told(share, intervals) for share in shares))


def _held(cells: Sequence[VoicesCell], results: Mapping[str, Result]) -> bool | None:
    """Whether the combination holds with every network and either sensor, all rigs together; None: not run."""
    of_networks = [[cell for cell in cells if cell.network == network] for network in NETWORKS]
    heard = [_recordings(each, results, RIGHT, rigs) for each in of_networks for rigs in TOGETHER]
    known = [each for each in heard if each is not None]
    return all(map(holds, known)) if len(known) == len(heard) else None


def _other_sensor(network: str, cells: Sequence[VoicesCell], results: Mapping[str, Result]) -> Sequence[str]:
    """By the sensor that was registered before it was asked: all rigs together, CWRU alone, and asked wrongly."""
    wrong = [row for row in ASKED if row != RIGHT]
    rows = [line for row in wrong for line in _rows(row, _recordings(cells, results, row, FAN_END))]
    together, alone = (_verdict(cells, results, rig) for rig in (BY_FAN_END, FAN_END))
    return (
        f"### The fan end, network: {network}\n",
        f"- All rigs together: {together}\n- CWRU alone: {alone}\n",
        _main(cells, results, BY_FAN_END),
        f"Only {FAN_END}, asked wrongly:\n",
        Sheet("", ("asked", *_HEADINGS[1:]), tuple(rows)).markdown_table(),
    )


def _told(share: Share, interval: bool = False) -> str:
    if not share.total:
        return "none asked"
    return str(share) if interval else f"{share.right} of {share.total}"


def best_single(heard: Sequence[Heard]) -> str:
    """The voice that misses fewest; of equals the one with fewer false alarms."""
    return min(SINGLE, key=lambda voice: (missed(heard, SINGLE[voice]).right, false_alarms(heard, SINGLE[voice]).right))


def holds(heard: Sequence[Heard]) -> bool:
    """Whether the combination's alarms miss fewer faults than the best single voice, with no more false alarms."""
    best, together = SINGLE[best_single(heard)], HEARD[COMBINED]
    fewer = missed(heard, together).right < missed(heard, best).right
    return fewer and false_alarms(heard, together).right <= false_alarms(heard, best).right


def _verdict(cells: Sequence[VoicesCell], results: Mapping[str, Result], rig: str) -> str:
    heard = _recordings(cells, results, RIGHT, rig)
    if heard is None:
        return f"Whether the combination is worth shipping: {NOT_RUN}."
    best = best_single(heard)
    told = {
        voice: f"{_told(missed(heard, HEARD[voice]))} missed, {_told(false_alarms(heard, HEARD[voice]))} false alarms"
        for voice in (best, COMBINED, WATCHED)
    }
    return (
        f"The best single voice is the {best}: {told[best]}. Alarms of the table: {told[COMBINED]}: "
        f"{HOLDS[holds(heard)]}. Watch or alarm: {told[WATCHED]}."
    )


def _simulated(cells: Sequence[VoicesCell], results: Mapping[str, Result]) -> str:
    """The machines of one kind, asked in each way that they are."""
    [rig] = {cell.rig for cell in cells}
    headings = ("asked", "healthy recordings", "voice", "missed", "false alarms", "at another load")
    rows: list[tuple[str, ...]] = []
    for row in dict.fromkeys(cell.row for cell in cells):
        heard = _recordings(cells, results, row, rig)
        for count in sorted({one["healthy"] for one in heard or []}):
            some = [one for one in heard or [] if one["healthy"] == count]
            same, other = ([one for one in some if one["other_load"] is louder] for louder in (False, True))
            for voice, raised in HEARD.items():
                shares = (missed(same, raised), false_alarms(same, raised), false_alarms(other, raised))
                rows.append((row, str(count), voice, *(_told(share, row == RIGHT) for share in shares)))
        if heard is None:
            rows.append((row, *[NOT_RUN] * 5))
    return Sheet(OF_MACHINES[rig], headings, tuple(rows)).markdown()


def _named(cells: Sequence[VoicesCell], results: Mapping[str, Result]) -> str:
    """What the combination named, and by which rule it spoke."""
    headings = ("network", "rig", "rule", "faulty", "named right", "named wrong", "healthy")
    rows: list[tuple[str, ...]] = []
    for network in NETWORKS:
        of_network = [cell for cell in cells if cell.network == network]
        for rig in (*COMMISSIONED, *MACHINES):
            if not any(cell.rig == rig for cell in of_network):
                continue
            heard = _recordings(of_network, results, RIGHT, rig)
            if heard is None:
                rows.append((network, rig, *[NOT_RUN] * 5))
                continue
            rows += [(network, rig, rule, *_by_rule(heard, rule)) for rule in sorted({one["rule"] for one in heard})]
    return Sheet("Which row of the table spoke, asked right", headings, tuple(rows)).markdown()


def _by_rule(heard: Sequence[Heard], rule: str) -> Sequence[str]:
    bad = [one for one in heard if one["rule"] == rule and faulty(one)]
    good = [one for one in heard if one["rule"] == rule and not faulty(one)]
    right = sum(one["named"] == one["fault"] for one in bad)
    wrong = sum(one["named"] not in (None, one["fault"]) for one in bad)
    return [str(len(bad)), str(right), str(wrong), str(len(good))]
