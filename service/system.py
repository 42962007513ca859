"""How the service itself fares: how much it answers, how quickly, what waits, and what this day has cost."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service import docs
from service.moment import moment_of
from service.parts import Parts
from service.settings import MIB
from service.store.nothing import Nothing
from service.store.trouble import NothingKept, StoreError


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class Latency(_Shown):
    """Of the last answers of an hour, without the time that they waited."""

    n: int
    median_ms: float
    p95_ms: float
    most_ms: float


class Waiting(_Shown):
    """Requests that wait or are worked on, and how many may."""

    requests: int
    of: int
    bytes: int
    of_bytes: int
    threads: Annotated[int, Field(description="That answer at once.")]


class OfToday(_Shown):
    """What all services that share the store have answered since midnight UTC, and what it cost."""

    since: datetime
    diagnoses: int
    energy_nj: Annotated[float, Field(description="Estimated, with all that is accounted for (docs/energy.md).")]


class System(_Shown):
    """How the service fares."""

    version: str
    bundles: list[str]
    by_minute: Annotated[list[int], Field(description="Answers of the last 60 minutes, the newest last.")]
    latency: Annotated[Latency | None, Field(description="Null: nothing was answered in the last hour.")]
    waiting: Waiting
    today: Annotated[OfToday | None, Field(description="Null: nothing is kept, or the store cannot be read.")]
    energy_profile: str
    not_stored_yet: Annotated[int, Field(description="Diagnoses in memory alone.")]
    signals_bytes: Annotated[int, Field(description="Held in memory.")]
    alarms_waiting: Annotated[int, Field(description="Messages that are still to be delivered.")]
    mqtt: Annotated[str | None, Field(description="`connected`, or what is wrong; null: there is no broker.")]
    warnings: list[str]


async def state(parts: Parts) -> System:
    """How these parts fare at this moment."""
    times, settings, stored = parts.metrics.recent.times(), parts.settings, parts.store
    return System(
        version=docs.version(),
        bundles=[bundle.identity for bundle in parts.registry.bundles.values()],
        by_minute=parts.metrics.recent.by_minute(),
        latency=None
        if times is None
        else Latency(n=times.n, median_ms=times.median, p95_ms=times.p95, most_ms=times.most),
        waiting=Waiting(
            requests=parts.queue.waiting,
            of=settings.max_waiting,
            bytes=parts.queue.waiting_bytes,
            of_bytes=settings.max_waiting_mib * MIB,
            threads=settings.threads,
        ),
        today=await _today(parts),
        energy_profile=settings.energy_profile,
        not_stored_yet=0 if isinstance(stored, Nothing) else stored.waiting,
        signals_bytes=0 if parts.memory is None else parts.memory.ring_bytes,
        alarms_waiting=0 if parts.sender is None else parts.sender.load.waiting,
        mqtt=None if parts.mqtt is None else str(parts.mqtt),
        warnings=[] if stored.warning is None else [stored.warning],
    )


async def _today(parts: Parts) -> OfToday | None:
    try:
        day = await parts.store.read(parts.today.read)
    except (NothingKept, StoreError):
        return None
    return OfToday(since=moment_of(day.since_us), diagnoses=day.diagnoses, energy_nj=day.energy_nj)
