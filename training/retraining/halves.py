"""Which labelled recordings teach, which choose, and which judge: by bearing, so that no bearing is on both sides.

Split by `time` instead, the earlier half of each bearing's recordings teaches and the later judges: that says how well
known bearings are read later, and nothing about others.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from data.fault import Fault
from data.front_ends import FrontEnd
from data.protocols import Span
from data.recording import Recording
from training.retraining.case import Case
from training.retraining.checked import unread

Apart = Literal["bearing", "time"]
CHOOSES = 3
"""One in so many recordings of a fault that teach is kept to choose by."""
ENDS = (0.75, 0.8)
"""Where a fault has a single recording to learn from, its beginning teaches and its end chooses.

One that is too short to be parted teaches whole, and nothing of its fault chooses.
"""

Piece = tuple[Span, Recording]


@dataclass(frozen=True, eq=False)
class Halves:
    """Pieces of recordings: `train` teaches, `choose` picks weights and thresholds, `judge` is read last."""

    train: tuple[Piece, ...]
    choose: tuple[Piece, ...]
    judge: tuple[Case, ...]

    @property
    def judged_by(self) -> tuple[Piece, ...]:
        """The judging half as pieces."""
        return tuple((each.span, each.recording) for each in self.judge)


def halves(cases: Sequence[Case], apart: Apart, minutes: float, front_end: FrontEnd) -> Halves:
    """Deals recordings, which `front_end` can read; the same recordings are dealt the same way each time.

    Those that share one of the `moments` of a bearing are never on both sides.
    """
    teaching, judging = by_bearing(cases) if apart == "bearing" else by_time(cases, minutes)
    train: list[Piece] = []
    choose: list[Piece] = []
    for fault in sorted({each.fault for each in teaching}):
        some, others = _to_choose_by([each for each in teaching if each.fault is fault], front_end)
        train += some
        choose += others
    return Halves(tuple(train), tuple(choose), tuple(judging))


def by_bearing(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """Whole bearings to either side, so that each fault has about half of its recordings on both."""
    of_bearing: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for each in cases:
        of_bearing[each.bearing].append(each)
    totals = Counter(each.fault for each in cases)
    sides: tuple[list[Case], list[Case]] = [], []
    # The rarest faults are dealt first; within them the order hangs on nothing that was measured.
    for bearing in sorted(of_bearing, key=lambda key: (min(totals[e.fault] for e in of_bearing[key]), _shuffled(key))):
        chosen = min(sides, key=lambda side: _share(side, of_bearing[bearing], totals))
        chosen += of_bearing[bearing]
    return sides


def by_time(cases: Sequence[Case], minutes: float) -> tuple[list[Case], list[Case]]:
    """The earlier half of the `moments` of each bearing with a fault, and the later.

    A moment at which several faults were found teaches all of them, if it does one.
    """
    sides: tuple[list[Case], list[Case]] = [], []
    alike: dict[tuple[tuple[str, str], Fault], list[Case]] = defaultdict(list)
    for each in cases:
        alike[each.bearing, each.fault].append(each)
    at, early = moments(cases, minutes), set()
    for (bearing, _), those in alike.items():
        in_turn = list(dict.fromkeys(at[each.name] for each in sorted(those, key=_when)))
        early |= {(bearing, moment) for moment in in_turn[: (len(in_turn) + 1) // 2]}
    for key in sorted(alike):
        for each in sorted(alike[key], key=_when):
            sides[(each.bearing, at[each.name]) not in early].append(each)
    return sides


def independent(cases: Sequence[Case], minutes: float) -> int:
    """How many of them are: those of one bearing at one of the `moments` count once."""
    at = moments(cases, minutes)
    return len({(each.bearing, at[each.name]) for each in cases})


def moments(cases: Iterable[Case], minutes: float) -> dict[str, str]:
    """By name, what recordings of one bearing share that were made within `minutes` of a first one, on whatever axis.

    The next after these begins another moment, however near it is to their last: else a sensor that measures on and on
    would give a single one. Those whose time is not known share one: they may be pieces of one recording. With 0
    minutes each stands for itself.
    """
    if not minutes:
        return {each.name: each.name for each in cases}
    found: dict[str, str] = {}
    began: dict[tuple[str, str], datetime] = {}
    for each in sorted(cases, key=_when):
        if each.time is None:
            found[each.name] = ""
            continue
        if each.bearing not in began or each.time - began[each.bearing] >= timedelta(minutes=minutes):
            began[each.bearing] = each.time
        found[each.name] = began[each.bearing].isoformat()
    return found


def _to_choose_by(cases: Sequence[Case], front_end: FrontEnd) -> tuple[list[Piece], list[Piece]]:
    if len(cases) == 1:
        (case,) = cases
        parts = Span(case.span.entry, 0, ENDS[0]), Span(case.span.entry, ENDS[1], 1)
        pieces = [(part, case.recording.span(part.start, part.stop)) for part in parts]
        if any(unread(front_end, recording) for _, recording in pieces):
            return [(case.span, case.recording)], []
        return pieces[:1], pieces[1:]
    pieces = [
        (each.span, each.recording) for each in sorted(cases, key=lambda each: (_shuffled(each.bearing), _when(each)))
    ]
    kept = max(1, len(pieces) // CHOOSES)
    first = _bearing_of(pieces[-kept])
    whole = sum(_bearing_of(each) == first for each in pieces[:-kept])
    # Whole bearings choose, where another is left to teach.
    kept += whole if whole + kept < len(pieces) else 0
    return pieces[:-kept], pieces[-kept:]


def _bearing_of(piece: Piece) -> tuple[str, str]:
    entry = piece[0].entry
    return entry.rig, entry.bearing


def _share(side: Sequence[Case], more: Sequence[Case], totals: Counter[Fault]) -> float:
    """How full a side is already of the faults that `more` would bring."""
    held = Counter(each.fault for each in side)
    return sum(held[fault] / totals[fault] for fault in {each.fault for each in more})


def _when(case: Case) -> tuple[bool, float, str]:
    return case.time is None, 0.0 if case.time is None else case.time.timestamp(), case.name


def _shuffled(bearing: tuple[str, str]) -> str:
    return hashlib.sha256("\n".join(bearing).encode()).hexdigest()
