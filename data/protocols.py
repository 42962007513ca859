"""Protocols: which spans of which recordings train, validate and test, and what each promises to keep apart.

Only `by-bearing` and `cross-machine` say what happens on a machine in a plant: splits that leave the same
bearing on both sides overstate (arXiv 2509.22267). `random-window` is here to show by how much.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from data.datasets.entry import Entry
from data.errors import DatasetError
from data.fault import Fault

OFFICIAL_MFPT_TEST = ("baseline_3", "OuterRaceFault_3", "vload_6", "vload_7")
OFFICIAL_MFPT_VALIDATION = ("OuterRaceFault_2", "vload_5")
LEFT_OUT_DIAMETERS_IN = (0.007, 0.014, 0.021)
PIECES_OF_A_RECORDING = 10


@dataclass(frozen=True)
class Span:
    """The part of a recording between two fractions of its length."""

    entry: Entry
    start: float = 0.0
    stop: float = 1.0

    def overlaps(self, other: "Span") -> bool:
        """True where both hold a common sample."""
        return self.entry == other.entry and self.start < other.stop and other.start < self.stop

    def part(self, start: float, stop: float) -> "Span":
        """The part of this span between two fractions of its own length."""
        length = self.stop - self.start
        return Span(self.entry, self.start + start * length, self.start + stop * length)


@dataclass(frozen=True)
class Split:
    """One fold of a protocol: nothing is chosen on `test`.

    Raises:
        DatasetError: a part is empty, or two parts share a sample.
    """

    name: str
    train: tuple[Span, ...]
    validation: tuple[Span, ...]
    test: tuple[Span, ...]

    def __post_init__(self) -> None:
        for part in ("train", "validation", "test"):
            if not getattr(self, part):
                raise DatasetError(
                    f"split '{self.name}': no recording in its {part} part; `brinell data list` shows what is missing"
                )
        for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
            _promise(
                not any(a.overlaps(b) for a in getattr(self, one) for b in getattr(self, other)),
                f"split '{self.name}': {one} and {other} share samples",
            )

    @property
    def machines_apart(self) -> bool:
        """No rig of the test part trains."""
        return not {span.entry.rig for span in self.train} & {span.entry.rig for span in self.test}


def joined(splits: Iterable[Split]) -> Split:
    """One split out of those of several datasets."""
    parts = tuple(splits)
    return Split(
        " + ".join(split.name for split in parts),
        tuple(span for split in parts for span in split.train),
        tuple(span for split in parts for span in split.validation),
        tuple(span for split in parts for span in split.test),
    )


def by_recording(entries: Sequence[Entry]) -> tuple[Split, ...]:
    """MFPT's official example split; vload_5, OuterRaceFault_2 and the end of baseline_2 validate."""
    test = [entry for entry in entries if entry.name.endswith(OFFICIAL_MFPT_TEST)]
    validation = [entry for entry in entries if entry.name.endswith(OFFICIAL_MFPT_VALIDATION)]
    shared = [entry for entry in entries if entry.name == "baseline_2"]
    train = [entry for entry in entries if entry not in [*test, *validation, *shared]]
    split = Split(
        "official",
        (*map(Span, train), *(Span(entry, 0, 0.65) for entry in shared)),
        (*map(Span, validation), *(Span(entry, 0.7, 1) for entry in shared)),
        tuple(map(Span, test)),
    )
    _keep_apart(split, lambda entry: entry.name)
    return (split,)


def by_time(entries: Sequence[Entry]) -> tuple[Split, ...]:
    """First 70 % of each recording trains (its last 10 % validates), last 25 % tests; 5 % gaps are dropped."""
    first = [Span(entry, 0, 0.70) for entry in entries]
    split = Split(
        "time",
        tuple(span.part(0, 0.85) for span in first),
        tuple(span.part(0.90, 1) for span in first),
        tuple(Span(entry, 0.75, 1) for entry in entries),
    )
    return (split,)


def cross_load(entries: Sequence[Entry]) -> tuple[Split, ...]:
    """Each load of the faults left out in turn, and the two highest together, on the same bearings.

    MFPT has its healthy state at one load alone (270 lbs), and outer-race faults there too: its last healthy recording
    is always tested, and each load is left out a second time with no fault trained at the healthy load, since a fault
    that was trained at a higher load makes the tested one a case in between.
    """
    loads = sorted({entry.load for entry in entries if entry.fault is not Fault.NORMAL}, key=_number)
    healthy_loads = {entry.load for entry in entries if entry.fault is Fault.NORMAL}
    groups: list[tuple[str, ...]] = [(load,) for load in loads]
    if len(healthy_loads) == 1:
        groups.append(tuple(load for load in loads if load not in healthy_loads)[-2:])
    splits: list[Split | None] = []
    for group in groups:
        splits.append(_without_loads(" + ".join(group), entries, group))
        if len(healthy_loads) == 1 and not healthy_loads & set(group):
            (load,) = healthy_loads
            fewer = [entry for entry in entries if entry.fault is Fault.NORMAL or entry.load != load]
            splits.append(_without_loads(f"{' + '.join(group)}, no fault at {load}", fewer, group))
    return tuple(split for split in splits if split is not None)


def cross_speed(entries: Sequence[Entry]) -> tuple[Split, ...]:
    """Each ordered pair of speeds, then each speed left out in turn, on the same bearings."""
    speeds = sorted({entry.speed_rpm for entry in entries})
    at = {speed: [entry for entry in entries if entry.speed_rpm == speed] for speed in speeds}
    splits = [_with_ends_validating(f"{a:g} -> {b:g} rpm", at[a], at[b]) for a, b in permutations(speeds, 2)]
    for speed in speeds:
        rest = [entry for entry in entries if entry.speed_rpm != speed]
        splits.append(_with_ends_validating(f"{speed:g} rpm left out", rest, at[speed]))
    for split in splits:
        _keep_apart(split, lambda entry: entry.speed_rpm)
    return tuple(splits)


def by_bearing(entries: Sequence[Entry]) -> tuple[Split, ...]:
    """CWRU: one fault diameter, so other physical bearings, left out in turn; the healthy bearing is split by load.

    First the splits that are reported: all other diameters train, their ends validate. Then those that choices are made
    on: validation leaves a second diameter out of training.
    """
    healthy = sorted((entry for entry in entries if entry.fault is Fault.NORMAL), key=lambda entry: _number(entry.load))
    _promise(
        len(healthy) > 1, "by-bearing needs healthy recordings at two loads; `brinell data list` shows what is missing"
    )
    faulty = [entry for entry in entries if entry.fault is not Fault.NORMAL]
    splits = []
    for diameter in LEFT_OUT_DIAMETERS_IN:
        tested = [*healthy[1:], *(entry for entry in faulty if entry.diameter_in == diameter)]
        rest = [healthy[0], *(entry for entry in faulty if entry.diameter_in != diameter)]
        splits.append(_with_ends_validating(f"{diameter} in left out", rest, tested))
    for diameter, other in permutations(LEFT_OUT_DIAMETERS_IN, 2):
        first = Span(healthy[0])
        splits.append(
            Split(
                f"{diameter} in left out, {other} in validates",
                (first.part(0, 0.75), *(Span(e) for e in faulty if e.diameter_in not in (diameter, other))),
                (first.part(0.80, 1), *(Span(e) for e in faulty if e.diameter_in == other)),
                (*map(Span, healthy[1:]), *(Span(e) for e in faulty if e.diameter_in == diameter)),
            )
        )
    for split in splits:
        _keep_apart(split, lambda entry: entry.bearing if entry.fault is not Fault.NORMAL else entry.load)
    return tuple(splits)


def cross_machine(entries: Sequence[Entry]) -> tuple[Split, ...]:
    """Each rig left out in turn.

    First the splits that are reported: all other rigs train, the ends of their recordings validate. Then those that
    choices are made on: one of the other rigs validates, each in turn.
    """
    rigs = sorted({entry.rig for entry in entries})
    splits = []
    for test in rigs:
        rest = [entry for entry in entries if entry.rig != test]
        splits.append(_with_ends_validating(f"{test} never seen", rest, [e for e in entries if e.rig == test]))
    for test, validation in permutations(rigs, 2):
        splits.append(
            Split(
                f"{test} never seen, {validation} validates",
                tuple(Span(entry) for entry in entries if entry.rig not in (test, validation)),
                tuple(Span(entry) for entry in entries if entry.rig == validation),
                tuple(Span(entry) for entry in entries if entry.rig == test),
            )
        )
    for split in splits:
        _keep_apart(split, lambda entry: entry.rig)
    return tuple(splits)


def random_window(entries: Sequence[Entry]) -> tuple[Split, ...]:
    """Tenths of every recording, shuffled: 7 train, 1 validates, 2 test. What papers report; it flatters."""
    rng = np.random.default_rng(0)
    parts: dict[str, list[Span]] = {"train": [], "validation": [], "test": []}
    shares = ["train"] * 7 + ["validation"] + ["test"] * 2
    for entry in entries:
        for at, share in zip(rng.permutation(PIECES_OF_A_RECORDING), shares, strict=True):
            parts[share].append(Span(entry, at / PIECES_OF_A_RECORDING, (at + 1) / PIECES_OF_A_RECORDING))
    return (Split("shuffled", tuple(parts["train"]), tuple(parts["validation"]), tuple(parts["test"])),)


@dataclass(frozen=True)
class Protocol:
    """How splits are made of recordings, and of which datasets; `ALL` stands for all of them together."""

    splits: Callable[[Sequence[Entry]], tuple[Split, ...]]
    datasets: tuple[str, ...]


ALL = "all"

PROTOCOLS: dict[str, Protocol] = {
    "by-bearing": Protocol(by_bearing, ("cwru",)),
    "cross-machine": Protocol(cross_machine, (ALL,)),
    "cross-speed": Protocol(cross_speed, ("jnu",)),
    "cross-load": Protocol(cross_load, ("mfpt", "cwru")),
    "by-recording": Protocol(by_recording, ("mfpt",)),
    "by-time": Protocol(by_time, ("jnu", "cwru")),
    "random-window": Protocol(random_window, ("mfpt", "jnu", "cwru", ALL)),
}


def _with_ends_validating(name: str, train: Sequence[Entry], test: Sequence[Entry]) -> Split:
    spans = [Span(entry) for entry in train]
    return Split(
        name,
        tuple(span.part(0, 0.75) for span in spans),
        tuple(span.part(0.80, 1) for span in spans),
        tuple(map(Span, test)),
    )


def _keep_apart(split: Split, key: Callable[[Entry], object]) -> None:
    trained = {key(span.entry) for span in split.train}
    shared = trained & {key(span.entry) for span in split.test}
    _promise(not shared, f"split '{split.name}': {shared} stands in train and test")


def _promise(kept: bool, message: str) -> None:
    if not kept:
        raise DatasetError(message)


def _without_loads(name: str, entries: Sequence[Entry], loads: Sequence[str]) -> Split | None:
    """Tests the faults at `loads`; None where one of them is trained at no other load."""
    faulty = [entry for entry in entries if entry.fault is not Fault.NORMAL]
    tested = [entry for entry in faulty if entry.load in loads]
    if not {entry.fault for entry in tested} <= {entry.fault for entry in faulty if entry not in tested}:
        return None
    healthy = [entry for entry in entries if entry.fault is Fault.NORMAL]
    at_load = [entry for entry in healthy if entry.load in loads]
    tested += at_load if 0 < len(at_load) < len(healthy) else healthy[-1:]
    split = _with_ends_validating(name, [entry for entry in entries if entry not in tested], tested)
    _keep_apart(split, lambda entry: (entry.bearing, entry.load) if entry.fault is not Fault.NORMAL else entry.name)
    return split


def _number(load: str) -> float:
    return float(load.split()[0])
