"""Where all measuring points stand, the worst first: what somebody sees who has a minute for the whole plant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, case, func, literal, or_, select, tuple_

from data.fault import Fault
from models.voices import Severity
from service.alarms.rule import Level
from service.assets.worst import Badness, badness, fault_probability
from service.diagnosis import Verdict
from service.moment import moment_of
from service.store import terms
from service.store.identity import shown
from service.store.packing import unpack, unpack_probabilities
from service.store.tables import AlarmState, Bookkeeping, StoredAsset, StoredBaseline, StoredDiagnosis, Term

MOST_POINTS = 24
"""Recordings whose course is drawn in a line of a list."""

MOST_ROWS = 96
"""Diagnoses that are read of a point for them: it may have several axes."""

Stand = Literal["alarm", "watch", "no_verdict", "quiet", "unheard"]
STANDS: tuple[Stand, ...] = ("alarm", "watch", "no_verdict", "quiet", "unheard")
"""In the order of the list; `unheard` has had no recording yet."""

_RANK: ColumnElement[int] = case(
    (AlarmState.heard_us.is_(None), STANDS.index("unheard")),
    *((AlarmState.level == level, STANDS.index(level.value)) for level in Level),
    else_=STANDS.index("unheard"),
)
_STATES = select(
    StoredAsset.id, StoredAsset.machine, StoredAsset.point, AlarmState.since_us, AlarmState.heard_us,
    AlarmState.silent_since_us, AlarmState.acknowledged_by, AlarmState.snoozed_to_us, _RANK.label("rank"),
).outerjoin(AlarmState, AlarmState.asset == StoredAsset.id)  # fmt: skip
_READ = (
    StoredDiagnosis.id, StoredDiagnosis.time_us, StoredDiagnosis.request_id, StoredDiagnosis.asset,
    StoredDiagnosis.axis, StoredDiagnosis.verdict, StoredDiagnosis.fault, StoredDiagnosis.confidence,
    StoredDiagnosis.probabilities, StoredDiagnosis.level, StoredDiagnosis.severity,
)  # fmt: skip


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class Latest(_Shown):
    """What was last said of a point: of its axes the worst."""

    id: str
    time: datetime
    axis: str
    verdict: Verdict
    fault: Annotated[Fault | None, Field(description="Named by the voices that found one, where they agree.")]
    fault_probability: Annotated[float | None, Field(description="The network's, that it is any fault.")]
    level: Annotated[str | None, Field(description="Null: the machine was commissioned on it.")]
    severity: Severity | None
    advice: str | None


class Course(_Shown):
    """One recording of a point's last ones: of its axes the worst."""

    time: datetime
    fault_probability: float | None
    level: str | None


class Overview(_Shown):
    """One measuring point."""

    id: str
    machine: str
    point: str
    stands: Stand
    since: datetime | None
    heard: datetime | None
    silent_since: datetime | None
    acknowledged_by: str | None
    snoozed_until: datetime | None
    commissioned: Annotated[int, Field(description="Healthy recordings of the axis that has the fewest; 0: none.")]
    latest: Latest | None
    course: Annotated[list[Course], Field(description=f"The last {MOST_POINTS} recordings, the oldest first.")]


@dataclass(frozen=True)
class Wanted:
    """Which points are asked for.

    Attributes:
        search: a part of id, machine or point; empty: all.
        id: this one alone.
        stands: at this level alone.
        after: rank and id of the last point of the page before.
    """

    search: str = ""
    id: str | None = None
    stands: Stand | None = None
    after: tuple[int, str] = (-1, "")

    @property
    def searched(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions that `search` and `id` are."""
        columns = (StoredAsset.id, StoredAsset.machine, StoredAsset.point)
        like = (or_(*(each.icontains(self.search, autoescape=True) for each in columns)),) if self.search else ()
        return like if self.id is None else (*like, StoredAsset.id == self.id)


def counts(connection: Connection, wanted: Wanted) -> dict[Stand, int]:
    """How many of the points that the search finds stand where."""
    ranks = _STATES.with_only_columns(_RANK.label("rank"), func.count()).where(*wanted.searched).group_by("rank")
    found = {row[0]: row[1] for row in connection.execute(ranks)}
    return {stand: found.get(rank, 0) for rank, stand in enumerate(STANDS)}


def page(connection: Connection, wanted: Wanted, limit: int) -> list[Overview]:
    """At most `limit` of the points that are wanted, the worst first, then by id."""
    rank, identity = wanted.after
    asked: list[ColumnElement[bool]] = [
        *wanted.searched,
        tuple_(_RANK, StoredAsset.id) > tuple_(literal(rank), literal(identity)),
    ]
    if wanted.stands is not None:
        asked.append(_RANK.in_([STANDS.index(wanted.stands)]))
    states = connection.execute(_STATES.where(*asked).order_by("rank", StoredAsset.id).limit(limit)).all()
    assets = [state.id for state in states]
    healthy = _healthy(connection, assets)
    courses = {asset: list(_recordings(rows)) for asset, rows in _newest(connection, assets).items()}
    combined = _combined(connection, [course[-1].id for course in courses.values() if course])
    return [_overview(state, healthy.get(state.id, 0), courses.get(state.id, []), combined) for state in states]


def cursor(last: Overview) -> str:
    """Where the next page begins."""
    return f"{STANDS.index(last.stands)}.{last.id}"


def _healthy(connection: Connection, assets: Sequence[str]) -> dict[str, int]:
    columns = (StoredBaseline.asset, StoredBaseline.axis, StoredBaseline.n)
    standing = select(*columns).where(StoredBaseline.asset.in_(assets), StoredBaseline.undone_us.is_(None))
    newest = {(asset, axis): n for asset, axis, n in connection.execute(standing.order_by(StoredBaseline.version))}
    fewest: dict[str, int] = {}
    for (asset, _), n in newest.items():
        fewest[asset] = min(n, fewest.get(asset, n))
    return fewest


def _newest(connection: Connection, assets: Sequence[str]) -> dict[str, list[Any]]:
    """The newest diagnoses of each asset, the oldest first."""
    indexed_to = connection.execute(select(Bookkeeping.indexed_to)).scalar_one()
    young = select(*_READ).where(StoredDiagnosis.id > indexed_to, StoredDiagnosis.asset.in_(assets))
    found: dict[str, list[Any]] = {asset: [] for asset in assets}
    for row in connection.execute(young.order_by(StoredDiagnosis.id.desc())):  # once for all: no term leads to them
        found[row.asset].append(row)
    for asset, rows in found.items():
        missing = MOST_ROWS - len(rows)
        if missing > 0:
            old = select(Term.id).where(Term.term == terms.number("asset", asset), Term.id <= indexed_to)
            ids = connection.execute(old.order_by(Term.id.desc()).limit(missing)).scalars().all()
            rows += connection.execute(
                select(*_READ).where(StoredDiagnosis.id.in_(ids)).order_by(StoredDiagnosis.id.desc())
            ).all()
        found[asset] = rows[:MOST_ROWS][::-1]
    return found


def _recordings(rows: Iterable[Any]) -> Iterable[Any]:
    """Of each request's diagnoses the worst; of the last `MOST_POINTS` requests."""
    worst = [max(axes, key=_badness) for _, axes in groupby(rows, lambda row: row.request_id)]
    return worst[-MOST_POINTS:]


def _badness(row: Any) -> Badness:
    fault = None if row.fault is None else Fault(row.fault)
    packed = row.probabilities
    probabilities = None if packed is None else unpack_probabilities(packed)
    return badness(row.level, row.severity, Verdict(row.verdict), fault, probabilities)


class _Together(BaseModel):
    fault: Fault | None
    severity: Severity
    advice: str


class _Answer(BaseModel):
    combined: _Together | None = None


def _combined(connection: Connection, ids: Sequence[int]) -> dict[int, _Together | None]:
    """What the voices of these diagnoses say together."""
    answers = select(StoredDiagnosis.id, StoredDiagnosis.answer).where(StoredDiagnosis.id.in_(ids))
    return {
        identity: _Answer.model_validate_json(unpack(answer)).combined
        for identity, answer in connection.execute(answers)
    }


def _overview(state: Any, commissioned: int, course: Sequence[Any], combined: dict[int, _Together | None]) -> Overview:
    return Overview(
        id=state.id,
        machine=state.machine,
        point=state.point,
        stands=STANDS[state.rank],
        since=_moment(state.since_us),
        heard=_moment(state.heard_us),
        silent_since=_moment(state.silent_since_us),
        acknowledged_by=state.acknowledged_by,
        snoozed_until=_moment(state.snoozed_to_us),
        commissioned=commissioned,
        latest=None if not course else _latest(course[-1], combined.get(course[-1].id)),
        course=[
            Course(time=moment_of(row.time_us), fault_probability=_probability(row), level=row.level) for row in course
        ],
    )


def _latest(row: Any, together: _Together | None) -> Latest:
    return Latest(
        id=shown(row.id),
        time=moment_of(row.time_us),
        axis=row.axis,
        verdict=row.verdict,
        fault=None if together is None else together.fault,
        fault_probability=_probability(row),
        level=row.level,
        severity=None if together is None else together.severity,
        advice=None if together is None else together.advice,
    )


def _probability(row: Any) -> float | None:
    """To the four digits that it is kept with."""
    found = fault_probability(None if row.probabilities is None else unpack_probabilities(row.probabilities))
    return None if found is None else round(found, 4)


def _moment(time_us: int | None) -> datetime | None:
    return None if time_us is None else moment_of(time_us)
