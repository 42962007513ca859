"""What technicians found when they opened a machine: added to, never changed; a correction is another finding."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from data.errors import BrinellError
from data.exported.lines import LONGEST_NOTE, AssetName, FeedbackLine, Finding, Identity, Words
from service.memory import records
from service.moment import Moment, microseconds, moment_of
from service.store.identity import DAY_US, shown, wall_us
from service.store.tables import StoredDiagnosis, StoredFeedback, StoredRecording


class FeedbackRefused(BrinellError):
    """A finding that does not fit what is stored.

    Attributes:
        field: of it.
        conflict: it is right by itself, and somebody else was quicker.
    """

    def __init__(self, field: str, reason: str, *, conflict: bool = False) -> None:
        super().__init__(reason)
        self.field = field
        self.conflict = conflict


def _past(opened: Any) -> Any:
    if microseconds(opened) > wall_us() + DAY_US:  # a day, for clocks and zones that are wrong
        raise ValueError("lies in the future")
    return opened


class Found(BaseModel):
    """What is sent to `POST /v1/feedback`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    asset: AssetName
    finding: Annotated[Finding, Field(description="What was found; `normal`: nothing.")]
    opened: Annotated[
        Moment, AfterValidator(_past), Field(strict=False, description="When the machine was opened.")  # it is text
    ]
    by: Annotated[
        str, Field(pattern=Words, min_length=1, max_length=120, description="Who found it.", examples=["A. Weber"])
    ]
    note: Annotated[str, Field(max_length=LONGEST_NOTE, pattern=r"^[^\x00]*$")] = ""
    diagnosis: Annotated[Identity | None, Field(description="The diagnosis that it is about, if it is about one.")] = (
        None
    )
    corrects: Annotated[Identity | None, Field(description="Id of the feedback that this takes the place of.")] = None


class Kept(FeedbackLine):
    """A finding as it is kept."""

    corrected_by: Annotated[Identity | None, Field(description="Later feedback that took its place.")] = None


def add(connection: Connection, identity: tuple[int, int], found: Found) -> FeedbackLine:
    """Keeps a finding; the same once more, sent again perhaps, is the one that is there.

    Args:
        connection: in a transaction that writes.
        identity: id and time (microseconds since 1970) of the new row.
        found: what was sent.

    Raises:
        FeedbackRefused: what it refers to is not there, or is about another asset, or was corrected already.
    """
    values = {
        "asset": found.asset,
        "finding": found.finding.value,
        "opened_us": microseconds(found.opened),
        "by": found.by,
        "note": found.note,
        "diagnosis": None if found.diagnosis is None else int(found.diagnosis, 16),
        "corrects": None if found.corrects is None else int(found.corrects, 16),
    }
    same = [getattr(StoredFeedback, name).is_not_distinct_from(value) for name, value in values.items()]
    there = connection.execute(select(StoredFeedback.__table__).where(*same).limit(1)).first()
    if there is not None:
        return line(there)
    _check_diagnosis(connection, found)
    _check_corrected(connection, found)
    fresh = insert(StoredFeedback).values(id=identity[0], time_us=identity[1], **values)
    try:
        row = connection.execute(fresh.returning(StoredFeedback.__table__)).one()
    except IntegrityError:  # another replica's, between the question and the answer
        raise _corrected(found.corrects) from None
    records.label(connection, found.asset, row.opened_us, row.diagnosis)
    return line(row)


def page(connection: Connection, asset: str | None, limit: int, before: int) -> Sequence[Kept]:
    """The newest `limit` with ids below `before`, with those that were corrected."""
    wanted = select(StoredFeedback.__table__).where(StoredFeedback.id < before, *_of(asset))
    rows = connection.execute(wanted.order_by(StoredFeedback.id.desc()).limit(limit)).all()
    by = select(StoredFeedback.corrects, StoredFeedback.id).where(StoredFeedback.corrects.in_([row.id for row in rows]))
    corrections = {row.corrects: shown(row.id) for row in connection.execute(by)}
    return [Kept(**dict(line(row)), corrected_by=corrections.get(row.id)) for row in rows]


def everything(connection: Connection, asset: str | None) -> Iterator[FeedbackLine]:
    """All, the oldest first, with those that were corrected; as `records.everything`."""
    oldest = select(StoredFeedback.__table__).where(*_of(asset)).order_by(StoredFeedback.id)
    for row in connection.execution_options(yield_per=records.AT_ONCE).execute(oldest):
        yield line(row)


def line(row: Row[Any]) -> FeedbackLine:
    """A row as it is exported and answered."""
    return FeedbackLine(
        id=shown(row.id),
        asset=row.asset,
        time=moment_of(row.time_us),
        finding=Finding(row.finding),
        opened=moment_of(row.opened_us),
        by=row.by,
        note=row.note,
        diagnosis=None if row.diagnosis is None else shown(row.diagnosis),
        corrects=None if row.corrects is None else shown(row.corrects),
    )


def _of(asset: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if asset is None else (StoredFeedback.asset == asset,)


def _check_diagnosis(connection: Connection, found: Found) -> None:
    if found.diagnosis is None:
        return
    identity = int(found.diagnosis, 16)
    # A kept recording outlives its diagnosis.
    kept = connection.execute(select(StoredRecording.asset).where(StoredRecording.id == identity)).scalar()
    if kept is None:
        there = connection.execute(select(StoredDiagnosis.asset).where(StoredDiagnosis.id == identity)).first()
        if there is None:
            raise FeedbackRefused("diagnosis", f"there is no diagnosis {found.diagnosis}, or it is no longer kept")
        kept = there.asset
    if kept != found.asset:
        raise FeedbackRefused("diagnosis", f"{found.diagnosis} is about {kept or 'no asset'}, not {found.asset}")


def _check_corrected(connection: Connection, found: Found) -> None:
    if found.corrects is None:
        return
    identity = int(found.corrects, 16)
    asset = connection.execute(select(StoredFeedback.asset).where(StoredFeedback.id == identity)).scalar()
    if asset is None:
        raise FeedbackRefused("corrects", f"there is no feedback {found.corrects}")
    if asset != found.asset:
        raise FeedbackRefused("corrects", f"{found.corrects} is about {asset}, not {found.asset}")
    later = select(StoredFeedback.id).where(StoredFeedback.corrects == identity)
    if connection.execute(later).first() is not None:
        raise _corrected(found.corrects)


def _corrected(identity: str | None) -> FeedbackRefused:
    return FeedbackRefused("corrects", f"{identity} was corrected already; correct what took its place", conflict=True)
