"""docs/results.md: what the tables say, the honest protocols first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from data.fault import Fault
from training.sheet import Sheet
from training.suites.cell import Cell, Result
from training.suites.recordings import ABSENT, RIGS, used
from training.suites.truth import tables, targets, words
from training.suites.truth.filled import Filled


def page(cells: Sequence[Cell], results: Mapping[str, Result]) -> str:
    """The whole page."""
    return "\n".join(_sections(Filled(cells, results)))


def _sections(filled: Filled) -> Iterator[str]:
    yield words.OPENING
    yield _counted(filled)
    yield from _chapter("Aims", words.AIMS, [_table(targets.sheet(filled))])
    yield from _chapter("A machine never seen", words.CROSS_MACHINE, _cross_machine(filled))
    yield from _chapter(
        "A bearing never seen", words.BY_BEARING, _with_names(filled, "by-bearing", "cwru", bearings=True)
    )
    yield from _chapter("A speed never seen", words.CROSS_SPEED, _cross_speed(filled))
    yield from _chapter("A load never seen", words.CROSS_LOAD, _cross_load(filled))
    yield from _chapter("New recordings of known bearings", words.SAME_BEARINGS, _same_bearings(filled))
    yield from _chapter("Noise", words.NOISE, _noise(filled))
    yield from _chapter("What random windows hide", words.FLATTERY, _flattery(filled))
    yield from _chapter("The envelope rule's variants", words.VARIANTS, [_table(tables.variants(filled, ""))])
    yield from _chapter("Energy", words.ENERGY, [_table(tables.energy(filled, filled.networks(), ""))])


def _chapter(title: str, text: str, parts: Iterable[str]) -> Iterator[str]:
    yield f"## {title}\n"
    yield text
    yield from parts


def _counted(filled: Filled) -> str:
    used_by_rig = {rig: used(rig) for rig in RIGS}
    recordings = ", ".join(f"{len(entries)} of {rig.upper()}" for rig, entries in used_by_rig.items())
    jnu_faults = len({entry.fault for entry in used_by_rig["jnu"]} - {Fault.NORMAL})
    hours = filled.cpu_seconds / 3600
    return (
        f"{filled.filled} of {filled.cells} cells are filled; they took {hours:.1f} CPU-hours. Recordings: {recordings}"
        f" (not to be had here: {', '.join(sorted(ABSENT))}); JNU is a problem of"
        f" {jnu_faults} faults, the fourth masked.\n"
    )


def _cross_machine(filled: Filled) -> Iterator[str]:
    for rig in RIGS:
        split = f"{rig} never seen"
        yield f"### {rig.upper()}\n"
        yield _table(tables.one_rig(filled, split, "all", ""))
        yield _wrong(filled, "cross-machine", "all", [split])


def _with_names(filled: Filled, protocol: str, dataset: str, bearings: bool = False) -> Iterator[str]:
    yield _table(tables.overall(filled, protocol, dataset, "", bearings))
    yield _wrong(filled, protocol, dataset)


def _cross_speed(filled: Filled) -> Iterator[str]:
    yield _table(tables.speeds(filled, ""))
    yield "### All splits together\n"
    yield from _with_names(filled, "cross-speed", "jnu")
    yield "### Speed by speed\n"
    yield _table(tables.split_by_split(filled, "cross-speed", "jnu", ""))


def _cross_load(filled: Filled) -> Iterator[str]:
    for dataset in ("mfpt", "cwru"):
        yield f"### {dataset.upper()}\n"
        yield _table(tables.split_by_split(filled, "cross-load", dataset, ""))
        yield from _with_names(filled, "cross-load", dataset)


def _same_bearings(filled: Filled) -> Iterator[str]:
    for protocol, dataset in (("by-recording", "mfpt"), ("by-time", "jnu"), ("by-time", "cwru")):
        yield f"### `{protocol}`, {dataset.upper()}\n"
        yield from _with_names(filled, protocol, dataset)


def _noise(filled: Filled) -> Iterator[str]:
    for protocol, dataset in (("by-recording", "mfpt"), ("by-time", "cwru")):
        yield f"### `{protocol}`, {dataset.upper()}, windows right in %\n"
        yield _table(tables.noise(filled, protocol, dataset, ""))


def _flattery(filled: Filled) -> Iterator[str]:
    honest = {
        "mfpt": (("new recordings", "by-recording"), ("new loads", "cross-load")),
        "jnu": (("later in time", "by-time"), ("new speeds", "cross-speed")),
        "cwru": (("later in time", "by-time"), ("new loads", "cross-load"), ("new bearings", "by-bearing")),
    }
    for rig, columns in honest.items():
        yield f"### {rig.upper()}\n"
        wanted = (("random windows", "random-window"), *columns, ("new machine", "cross-machine"))
        yield _table(tables.flattery(filled, wanted, rig, ""))


def _wrong(filled: Filled, protocol: str, dataset: str, splits: Sequence[str] | None = None) -> str:
    lines = [
        f"- {label}: {tables.wrong(filled.series(label, protocol, dataset, splits))}"
        for label in filled.rows(protocol, dataset)
    ]
    return "Read wrong:\n\n" + "\n".join(lines) + "\n"


def _table(sheet: Sheet) -> str:
    return sheet.markdown_table()
