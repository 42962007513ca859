"""Moments as the store keeps them, microseconds since 1970, and as they are written in questions and answers."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _date_and_time(given: object) -> object:
    if isinstance(given, str) and not RFC_3339.fullmatch(given):
        raise ValueError("a date and time with its zone is wanted, such as 2026-11-24T08:00:00Z (write + as %2B)")
    return given


Moment = Annotated[AwareDatetime, BeforeValidator(_date_and_time)]


def microseconds(moment: datetime) -> int:
    """As the store keeps it."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(time_us: int) -> datetime:
    """As answers write it.

    >>> moment(1_577_836_800_000_000).isoformat()
    '2020-01-01T00:00:00+00:00'
    """
    return EPOCH + timedelta(microseconds=time_us)
