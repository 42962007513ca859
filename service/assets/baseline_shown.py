"""A measuring point's healthy state as it is answered."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from models.baseline import FIRM, Baseline
from service.assets.baselines import Standing
from service.moment import moment_of


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SpeedRange(_Shown):
    """The healthy recordings of like speeds, and the limits that come of them."""

    speed_rpm: Annotated[tuple[float, float] | None, Field(description="Lowest, highest; null: none was known.")]
    n: int
    lowest_rate: Annotated[float, Field(description="Of false alarms that can be promised with n: 1 / (n + 1).")]
    limits: Annotated[dict[str, float], Field(description="What each indicator may reach by itself.")]


class AxisBaseline(_Shown):
    """How one axis sounds when it is healthy."""

    version: int
    extends: Annotated[int | None, Field(description="The version that this one adds to; null: it begins anew.")]
    made: datetime
    by: Annotated[str | None, Field(description="Id of the key; null: the service asked for none.")]
    n: Annotated[int, Field(description="Healthy recordings.")]
    provisional: Annotated[bool, Field(description=f"Under {FIRM} in some speed range, or pieces of one recording.")]
    cautions: Annotated[tuple[str, ...], Field(description="What to keep in mind with it.")]
    doubts: Annotated[tuple[str, ...], Field(description="What spoke against its being healthy.")]
    why: Annotated[str | None, Field(description="The word by which it was taken all the same.")]
    speed_ranges: list[SpeedRange]


class Commissioned(_Shown):
    """The answer of `POST /v1/assets/{id}/baseline`: what the new version says of its axes."""

    asset: str
    version: int
    axes: dict[str, AxisBaseline]


class Version(_Shown):
    """A line of the history."""

    version: int
    made: datetime
    by: str | None
    why: str | None
    n: Annotated[dict[str, int], Field(description="Healthy recordings, by axis.")]
    extends: Annotated[dict[str, int | None], Field(description="By axis.")]
    doubts: Annotated[dict[str, tuple[str, ...]], Field(description="By axis.")]
    undone: datetime | None


class Baselines(_Shown):
    """The answer of `GET /v1/assets/{id}/baseline`."""

    asset: str
    axes: Annotated[dict[str, AxisBaseline], Field(description="What stands; an axis never commissioned is missing.")]
    history: Annotated[list[Version], Field(description="The newest first.")]


def shown(standing: Standing) -> AxisBaseline:
    """What is told of one axis."""
    ranges = list(_ranges(standing.baseline))
    return AxisBaseline(
        version=standing.version,
        extends=standing.extends,
        made=moment_of(standing.made_us),
        by=standing.by,
        n=standing.n,
        provisional=standing.baseline.pieces or any(each.n < FIRM for each in ranges),
        cautions=standing.baseline.cautions,
        doubts=standing.doubts,
        why=standing.why,
        speed_ranges=ranges,
    )


def commissioned(asset: str, made: Sequence[Standing]) -> Commissioned:
    """One version, of at least one axis."""
    return Commissioned(asset=asset, version=made[0].version, axes={each.axis: shown(each) for each in made})


def versions(rows: Iterable[Any]) -> Iterator[Version]:
    """Rows of `service.assets.baselines.history`, one of each version's axes after the other."""
    for version, of_axes in groupby(rows, lambda row: row.version):
        axes = list(of_axes)
        first = axes[0]
        yield Version(
            version=version,
            made=moment_of(first.made_us),
            by=first.by,
            why=first.why,
            n={row.axis: row.n for row in axes},
            extends={row.axis: row.extends for row in axes},
            doubts={row.axis: tuple(json.loads(row.doubts)) for row in axes},
            undone=None if first.undone_us is None else moment_of(first.undone_us),
        )


def _ranges(baseline: Baseline) -> Iterator[SpeedRange]:
    for speeds in baseline.speed_ranges:
        n = sum(
            each.speed_rpm is None if speeds is None else speeds[0] <= (each.speed_rpm or 0.0) <= speeds[1]
            for each in baseline.healthy
        )
        limits = baseline.limits(None if speeds is None else speeds[0])
        rounded = {name: float(f"{limit:.5g}") for name, limit in limits.items()}
        yield SpeedRange(speed_rpm=speeds, n=n, lowest_rate=1 / (n + 1), limits=rounded)
