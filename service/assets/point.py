"""A measuring point with all that the store knows of it before a recording comes."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from service.assets import baselines, records
from service.assets.asset import Asset
from service.assets.baselines import Standing


@dataclass(frozen=True, eq=False)
class Point:
    """The asset, and how its axes sound when they are healthy, as far as they were commissioned."""

    asset: Asset
    healthy: Mapping[str, Standing]


def find(connection: Connection, identity: str) -> Point | None:
    """The point; None where no asset of this id is registered."""
    record = records.find(connection, identity)
    return None if record is None else Point(record.asset, baselines.standing(connection, identity))
