"""The cells: one network each, asked about every group of signals by every score."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from data.character import character
from data.errors import NotApplicable
from data.fault import FAULTS
from data.protocols import ALL, Span
from data.recording import Recording
from models.shaft_speed import ShaftSpeed
from models.verdict import NOTHING, over_bands
from training.judging import Judged, judge, read_windows
from training.metrics import calibration_error
from training.suites.cell import Cell, Result, digest
from training.suites.confidence import pieces
from training.suites.confidence.pieces import Piece
from training.suites.confidence.raw import Group, Named, Raw, Told, Windows
from training.suites.confidence.scores import SCORES, Array, Learned, ReadPiece, auroc
from training.suites.confidence.subjects import Ready, Subject, subjects
from training.suites.recordings import at_hand

REJECTED = 0.01
"""Of the pieces in domain that were read right, by each score's threshold."""
READING_SECONDS = 100.0
VERSION = 3


@dataclass(frozen=True)
class ConfidenceCell:
    """All scores of one subject."""

    subject: Subject
    group: str = "scores"

    @property
    def name(self) -> str:
        return self.subject.name

    @property
    def key(self) -> str:
        asked = (
            REJECTED,
            tuple(SCORES),
            pieces.SECONDS[self.subject.front_end],
            pieces.MACHINES,
            pieces.MACHINE_SEED,
            pieces.IMPOSTORS_OF_A_KIND,
        )
        return digest("confidence", VERSION, self.subject.key, asked)

    @property
    def seconds(self) -> float:
        return self.subject.training_seconds + READING_SECONDS

    def measure(self, root: Path, runs: Path) -> Result:
        """Raises DatasetError where a recording is missing."""
        root = at_hand(root, ALL, runs)
        ready = self.subject.ready(root, runs)
        learned = Learned(_judged(ready, ready.split.train, root), ready.unknown_check)
        seconds = pieces.SECONDS[self.subject.front_end]
        others = (pieces.simulated(seconds), pieces.impostors(seconds))
        asked = chain(_of(ready, self.subject.strange, root, seconds), *others)
        raw = Raw(
            subject=self.subject.name,
            front_end=self.subject.front_end,
            groups=told(ready, learned, asked),
            windows=_windows(ready, _judged(ready, ready.split.test, root)),
            machines=_machines(ready),
        )
        return raw.model_dump(mode="json")


def cells(root: Path) -> Sequence[Cell]:
    """One cell a subject."""
    return [ConfidenceCell(subject) for subject in subjects()]


def told(ready: Ready, learned: Learned, asked: Iterable[Piece]) -> dict[str, Group]:
    """How each score tells each group from the pieces in domain; pieces that do not fit the front end are left out.

    The thresholds are set on those in domain that were read right: one that was not had better be unknown.
    """
    found: dict[str, list[Array]] = defaultdict(list)
    recordings: dict[str, set[str]] = defaultdict(set)
    right: list[bool] = []
    for piece in asked:
        read = read_piece(ready, piece.recording)
        if read is not None:
            found[piece.group].append(np.array([score(read, learned) for score in SCORES.values()]))
            recordings[piece.group].add(piece.of)
            if piece.group == pieces.INSIDE:
                right.append(FAULTS[read.guess] == piece.recording.fault)
    tables = {group: np.stack(rows) for group, rows in found.items()}
    inside = tables[pieces.INSIDE]
    limits = np.quantile(inside[right], 1 - REJECTED, axis=0, method="higher")
    own = list(SCORES).index("shipped")
    return {
        group: Group(
            pieces=len(table),
            recordings=len(recordings[group]),
            known=int((table[:, own] <= learned.shipped.threshold).sum()),
            scores={
                name: Told(
                    accepted=int((table[:, at] <= limits[at]).sum()),
                    auroc=auroc(inside[:, at], table[:, at]),
                )
                for at, name in enumerate(SCORES)
            },
        )
        for group, table in tables.items()
    }


def read_piece(ready: Ready, recording: Recording) -> ReadPiece | None:
    """The network's reading; None where the front end does not fit."""
    try:
        values = ready.front_end.windows(recording).values
    except NotApplicable:
        return None
    reading, logits = read_windows(ready.reader.run, values, ready.faults)
    lead = ShaftSpeed().lead(recording) if recording.speed_rpm is not None else None
    return ReadPiece(
        logits=logits.reshape(-1, len(FAULTS)),
        features=reading.features.astype(np.float64),
        probabilities=over_bands(logits).mean(axis=0),
        character=replace(character(recording), shaft_lead=lead),
    )


def _of(ready: Ready, strange: bool, root: Path, seconds: float) -> Iterator[Piece]:
    yield from pieces.inside(ready.split.validation, root, seconds)
    if strange:
        yield from pieces.never_seen(ready.split.test, root, seconds)
    else:
        yield from pieces.inside(ready.split.test, root, seconds, pieces.SAME_MACHINE)


def _judged(ready: Ready, spans: Sequence[Span], root: Path) -> list[Judged]:
    return judge(ready.reader, ready.front_end, spans, root, ready.faults)


def _windows(ready: Ready, judged: Sequence[Judged]) -> Windows:
    probabilities = ready.calibration.apply(np.concatenate([each.windows for each in judged]))
    labels = np.repeat([each.label for each in judged], [len(each.windows) for each in judged])
    return Windows(
        windows=len(labels),
        right=int((probabilities.argmax(axis=1) == labels).sum()),
        brier=float(np.square(probabilities - np.eye(len(FAULTS))[labels]).sum(axis=1).mean()),
        ece=calibration_error(labels, probabilities),
    )


def _machines(ready: Ready) -> Named:
    """Of the machines that no threshold was set on, read whole, as the service would."""
    counts = np.zeros(4, dtype=int)
    for number in range(pieces.MACHINES):
        recording = pieces.machine(number)
        read = read_piece(ready, recording)
        if read is None or read.guess == NOTHING:
            continue
        distances = ready.unknown_check.distances(read.features, read.character, read.probabilities)
        wrong, known = FAULTS[read.guess] != recording.fault, max(distances.values()) <= ready.unknown_check.threshold
        counts += (True, wrong, known, known and wrong)
    named, wrong_all, known_all, known_wrong = counts.tolist()
    return Named(named=named, wrong=wrong_all, known=known_all, known_wrong=known_wrong)
