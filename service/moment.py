"""Moments: as clients write them (RFC 3339), and as the store counts them (microseconds since 1970)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _date_and_time(given: object) -> object:
    if isinstance(given, str) and not _RFC_3339.fullmatch(given):
        raise ValueError("a date and time with its zone is wanted, such as 2026-11-24T08:00:00Z (write + as %2B)")
    return given


Moment = Annotated[AwareDatetime, BeforeValidator(_date_and_time)]


def microseconds(moment: datetime) -> int:
    """Since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(time_us: int) -> datetime:
    """The moment so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=time_us)
