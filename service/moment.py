"""Moments: as clients write them (RFC 3339), and as the store counts them (microseconds since 1970)."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, WithJsonSchema

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

IN_A_QUERY = " (write + as %2B)"

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _date_and_time(given: object, *, or_else: str = "") -> object:
    if isinstance(given, str) and not _RFC_3339.fullmatch(given):
        wanted = "a date and time with its zone is wanted, such as 2026-11-24T08:00:00Z"
        raise ValueError(wanted + IN_A_QUERY + or_else)
    return given


def _since(given: object) -> object:
    day = _day(given)
    return _date_and_time(given, or_else=_OR_A_DAY) if day is None else _midnight(day)


def _until(given: object) -> object:
    day = _day(given)
    if day is None:
        return _date_and_time(given, or_else=_OR_A_DAY)
    return _midnight(day + timedelta(days=1)) if day < date.max else datetime.max.replace(tzinfo=UTC)


def _day(given: object) -> date | None:
    return date.fromisoformat(given) if isinstance(given, str) and _DAY.fullmatch(given) else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


Moment = Annotated[AwareDatetime, BeforeValidator(_date_and_time)]

_OR_A_DAY = ", or a date alone, such as 2026-11-24"
_IN_WORDS = WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]})
Since = Annotated[AwareDatetime, BeforeValidator(_since), _IN_WORDS]
"""The beginning of a span; a date alone is its first moment, UTC."""

Until = Annotated[AwareDatetime, BeforeValidator(_until), _IN_WORDS]
"""The end of a span, which is no part of it; a date alone counts to its end, UTC."""

FROM_A_DAY = "; a date alone is its first moment, UTC."
TO_A_DAY = "; a date alone counts to its end, UTC."


def microseconds(moment: datetime) -> int:
    """Since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(time_us: int) -> datetime:
    """The moment so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=time_us)
