"""Which labelled recordings teach, which choose, and which judge: by bearing, so that no bearing is on both sides.

Split by `time` instead, the earlier half of each bearing's recordings teaches and the later judges: that says how well
known bearings are read later, and nothing about others.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from data.fault import Fault
from data.protocols import Span
from data.recording import Recording
from training.retraining.case import Case, RetrainingError

Apart = Literal["bearing", "time"]
CHOOSES = 3
"""One in so many recordings of a fault that teach is kept to choose by."""
ENDS = (0.75, 0.8)
"""Where a fault has a single recording to learn from, its beginning teaches and its end chooses."""

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


def halves(cases: Sequence[Case], apart: Apart) -> Halves:
    """Deals recordings; the same recordings are dealt the same way each time.

    Raises:
        RetrainingError: nothing is left to learn from.
    """
    teaching, judging = SPLITS[apart](cases)
    if not teaching:
        raise RetrainingError("no labelled recording can be used; the plan says why each was left out")
    train: list[Piece] = []
    choose: list[Piece] = []
    for fault in sorted({each.fault for each in teaching}):
        some, others = _to_choose_by([each for each in teaching if each.fault is fault])
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


def by_time(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """The earlier half of each bearing's recordings of a fault, and the later."""
    sides: tuple[list[Case], list[Case]] = [], []
    alike: dict[tuple[tuple[str, str], Fault], list[Case]] = defaultdict(list)
    for each in cases:
        alike[each.bearing, each.fault].append(each)
    for key in sorted(alike):
        ordered = sorted(alike[key], key=_when)
        middle = (len(ordered) + 1) // 2
        sides[0].extend(ordered[:middle])
        sides[1].extend(ordered[middle:])
    return sides


SPLITS: dict[Apart, Callable[[Sequence[Case]], tuple[list[Case], list[Case]]]] = {
    "bearing": by_bearing,
    "time": by_time,
}


def moments(cases: Iterable[Case], minutes: float) -> int:
    """How many of them are independent: those of one bearing within the same `minutes`, on any axis, are one."""
    return len({(each.bearing, _moment(each, minutes)) for each in cases})


def _moment(case: Case, minutes: float) -> int | str:
    return case.name if case.time is None or not minutes else int(case.time.timestamp() / (60 * minutes))


def _to_choose_by(cases: Sequence[Case]) -> tuple[list[Piece], list[Piece]]:
    if len(cases) == 1:
        (case,) = cases
        parts = Span(case.span.entry, 0, ENDS[0]), Span(case.span.entry, ENDS[1], 1)
        early, late = ((part, case.recording.span(part.start, part.stop)) for part in parts)
        return [early], [late]
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


def _when(case: Case) -> tuple[bool, str, str]:
    return case.time is None, "" if case.time is None else case.time.isoformat(), case.name


def _shuffled(bearing: tuple[str, str]) -> str:
    return hashlib.sha256("\n".join(bearing).encode()).hexdigest()
