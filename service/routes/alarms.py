"""`/v1/alarms`, and what is said to and asked of an asset's alarm."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import Connection

from service.alarms import records
from service.alarms.message import Message
from service.alarms.records import Change, Record
from service.alarms.rule import Level, Rule
from service.alarms.time_passing import end_snooze_if_over
from service.assets import records as asset_records
from service.assets.asset import PLAIN, AssetId
from service.bodies.order import order, order_body
from service.errors import refused
from service.moment import Moment, microseconds, moment_of
from service.parts import Parts, parts_of
from service.repeated import refuse_repeated
from service.routes.assets import NO_STORE, NONE_SUCH, OF_BODY, UNREADABLE, Id, no_such_asset
from service.settings import Settings
from service.store.identity import LAST, wall_us

LONGEST_SNOOZE = timedelta(days=366)

By = Annotated[str, Field(pattern=PLAIN, max_length=80, description="Who, in people's words.", examples=["J. Mazur"])]
Note = Annotated[str | None, Field(pattern=PLAIN, max_length=500, examples=["grease ordered"])]


class Acknowledgement(BaseModel):
    """Somebody has seen the level that the asset stands at."""

    model_config = ConfigDict(extra="forbid", strict=True)

    by: By
    note: Note = None


def _text(given: object) -> object:
    if given is not None and not isinstance(given, str):
        raise ValueError("a date and time, as text, or null is wanted")
    return given


class Snooze(BaseModel):
    """Nothing is sent until then; diagnoses and level go on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    until: Annotated[
        Annotated[Moment, Field(strict=False)] | None,
        BeforeValidator(_text),
        Field(description="At most a year away; null: the snooze ends now."),
    ]
    by: By
    note: Note = None


class Asked(BaseModel):
    """The query of `GET /v1/alarms`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Level | None = None
    snoozed: Annotated[bool | None, Field(description="Only those that are snoozed, or only those that are not.")] = (
        None
    )
    limit: Annotated[int, Field(ge=1, le=500, description="At most so many on a page.")] = 50
    cursor: Annotated[AssetId | None, Field(description="`next` of the page before, as it stands there.")] = None


class AskedEvents(BaseModel):
    """The query of `GET /v1/assets/{id}/events`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=500, description="At most so many on a page.")] = 50
    cursor: Annotated[int, Field(ge=1, le=LAST, description="`next` of the page before, as it stands there.")] = LAST


class Acknowledged(BaseModel):
    """By whom, and when; gone when the level changes."""

    by: str
    time: datetime
    note: str | None


class Standing(BaseModel):
    """Where an asset stands."""

    asset: str
    level: Level
    since: datetime
    heard: Annotated[datetime | None, Field(description="Its last recording.")]
    silent_since: datetime | None
    acknowledged: Acknowledged | None
    snoozed_until: datetime | None
    rule: Rule

    @classmethod
    def of(cls, record: Record) -> "Standing":
        """As it is kept."""
        acknowledged = None
        if record.acknowledged_us is not None and record.acknowledged_by is not None:
            acknowledged = Acknowledged(
                by=record.acknowledged_by, time=moment_of(record.acknowledged_us), note=record.note
            )
        return cls(
            asset=record.asset,
            level=record.state.level,
            since=moment_of(record.since_us),
            heard=_moment(record.heard_us),
            silent_since=_moment(record.silent_since_us),
            acknowledged=acknowledged,
            snoozed_until=_moment(record.snoozed_to_us),
            rule=record.rule,
        )


class Sending(BaseModel):
    """What has yet to be told."""

    channels: list[str]
    waiting: int
    oldest_s: Annotated[float, Field(description="Age of the oldest message that waits; 0 where none does.")]
    given_up: Annotated[int, Field(description="Messages that were too old to be tried again (BRINELL_ALARM_HOURS).")]


class Alarms(BaseModel):
    """A page of assets, in the order of their ids, and how the sending goes."""

    alarms: list[Standing]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null: there is none.")]
    sending: Sending


class Events(BaseModel):
    """A page, the newest first."""

    events: list[Message]
    next: Annotated[int | None, Field(description="`cursor` of the next page; null: there is none.")]


def router(_: Settings) -> APIRouter:
    """`/v1/alarms`, `/v1/assets/{id}/acknowledge`, `/snooze`, `/alarm-rule`, `/events`."""
    routes = APIRouter(tags=["alarms"])

    @routes.get("/v1/alarms", summary="Where the assets stand", responses=NO_STORE | UNREADABLE)
    async def alarms(request: Request, query: Annotated[Asked, fastapi.Query()]) -> Alarms:
        refuse_repeated(request)
        parts = parts_of(request.app)
        wanted = (query.limit + 1, query.cursor or "", query.level, query.snoozed)
        found = await parts.store.read(lambda connection: records.page(connection, *wanted))
        page = [Standing.of(record) for record in found[: query.limit]]
        more = len(found) > query.limit
        return Alarms(alarms=page, next=page[-1].asset if more else None, sending=_sending(parts))

    @routes.post(
        "/v1/assets/{id}/acknowledge",
        summary="Say that somebody has seen where the asset stands",
        responses=NONE_SUCH | OF_BODY,
        openapi_extra=order_body(Acknowledgement),
    )
    async def acknowledge(request: Request, identity: Id) -> Standing:
        seen = await order(request, Acknowledgement)

        def change(asset: Change, now_us: int) -> None:
            asset.change(acknowledged_us=now_us, acknowledged_by=seen.by, note=seen.note)
            asset.tell("acknowledged", now_us, _said("acknowledged", seen.by, seen.note))

        return await _changed(request, identity, change)

    @routes.post(
        "/v1/assets/{id}/snooze",
        summary="Send nothing about the asset until a time",
        description="It goes on being diagnosed, and its level goes on. When the snooze ends, a message says where it "
        "stands.",
        responses=NONE_SUCH | OF_BODY,
        openapi_extra=order_body(Snooze),
    )
    async def snooze(request: Request, identity: Id) -> Standing:
        wanted = await order(request, Snooze)
        now_us = wall_us()
        until_us = now_us if wanted.until is None else microseconds(wanted.until)
        if until_us - now_us > LONGEST_SNOOZE / timedelta(microseconds=1):
            raise refused(422, "until", "more than a year away")

        def change(asset: Change, now_us: int) -> None:
            what = "snooze ended" if wanted.until is None else f"snoozed until {moment_of(until_us):%Y-%m-%d %H:%M} UTC"
            asset.tell("snoozed", now_us, _said(what, wanted.by, wanted.note))
            if wanted.until is not None or asset.record.snoozed_to_us is not None:
                asset.change(snoozed_to_us=until_us)
            end_snooze_if_over(asset, now_us)

        return await _changed(request, identity, change)

    @routes.put(
        "/v1/assets/{id}/alarm-rule",
        summary="Set how many recordings it takes",
        responses=NONE_SUCH | OF_BODY,
        openapi_extra=order_body(Rule),
    )
    async def set_rule(request: Request, identity: Id) -> Standing:
        rule = await order(request, Rule)

        def change(asset: Change, now_us: int) -> None:
            asset.change(rule=rule)
            asset.await_next()

        return await _changed(request, identity, change)

    @routes.get(
        "/v1/assets/{id}/events", summary="What happened to the asset's alarm", responses=NONE_SUCH | UNREADABLE
    )
    async def events(request: Request, identity: Id, query: Annotated[AskedEvents, fastapi.Query()]) -> Events:
        refuse_repeated(request)
        found = await parts_of(request.app).store.read(
            lambda connection: (
                records.find(connection, identity) is not None or _known(connection, identity),
                records.events(connection, identity, query.limit + 1, query.cursor),
            )
        )
        known, rows = found
        if not known:
            raise no_such_asset(identity)
        page = rows[: query.limit]
        shown = [Message.model_validate_json(row.message) for row in page]
        return Events(events=shown, next=page[-1].number if len(rows) > query.limit else None)

    return routes


async def _changed(request: Request, identity: str, change: Callable[[Change, int], None]) -> Standing:
    parts = parts_of(request.app)

    def work(connection: Connection) -> Record:
        if not _known(connection, identity):
            raise no_such_asset(identity)
        now_us = wall_us()
        changes = records.locked(connection, [identity], now_us)
        change(changes[identity], now_us)
        records.save(connection, changes.values(), _channels(parts), now_us)
        return changes[identity].record

    return Standing.of(await parts.store.write(work))


def _known(connection: Connection, identity: str) -> bool:
    return bool(asset_records.known(connection, [identity]))


def _channels(parts: Parts) -> records.Channels:
    return () if parts.sender is None else parts.sender.channels


def _sending(parts: Parts) -> Sending:
    sender = parts.sender
    assert sender is not None, "a store that could be read has a sender"
    load = sender.load
    return Sending(
        channels=list(sender.channels), waiting=load.waiting, oldest_s=sender.oldest_s(), given_up=load.given_up
    )


def _said(what: str, by: str, note: str | None) -> str:
    return f"{what} by {by}" + ("" if note is None else f": {note}")


def _moment(time_us: int | None) -> datetime | None:
    return None if time_us is None else moment_of(time_us)
