"""`/v1/assets`: the measuring points of machines, registered once."""

import json
from collections.abc import Callable
from typing import Annotated, TypeVar

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection
from starlette.responses import Response

from service import docs
from service.alarms import records as alarm_records
from service.assets import baselines, point, records, sheet
from service.assets.asset import ASSET_ID, Asset, AssetId, Changes, Facts, Name, Registered
from service.assets.point import Point
from service.assets.records import Record
from service.bodies import CSV, JSON
from service.bodies.incoming import small_body
from service.errors import Refusal, RequestRefused, invalid, refused
from service.parts import Parts, parts_of
from service.repeated import refuse_repeated
from service.routes.models import Responses
from service.settings import MIB, Settings
from service.store.identity import wall_us

Kind = TypeVar("Kind", bound=BaseModel)

LARGEST_ASSET = 64 << 10
LARGEST_TABLE = 8 * MIB

Id = Annotated[str, fastapi.Path(alias="id", pattern=ASSET_ID, description="Of an asset.", examples=["mill-3.fan.de"])]


def _described(texts: dict[int, str]) -> Responses:
    return {status: {"model": Refusal, "description": text} for status, text in texts.items()}


NONE_SUCH = _described({404: "There is no such asset, or nothing is kept (BRINELL_STORE=none)."})
NO_STORE = _described({404: "Nothing is kept (BRINELL_STORE=none)."})
UNREADABLE = _described({422: "What is asked for cannot be: which field, and why.", 503: "The store does not answer."})
OF_BODY = UNREADABLE | _described({413: "The body is over the limit.", 415: "The content type cannot be read."})
CHANGED = _described({412: "If-Match does not name the newest state: somebody else has changed it meanwhile."})
EXISTS = _described({409: "There is an asset with this id."})
TABLE: Responses = {200: {"description": "A line for each axis.", "content": {CSV: {"schema": {"type": "string"}}}}}

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the state that is to be changed; without it, whatever is there is.",
    "schema": {"type": "string"},
}


class Asked(BaseModel):
    """The query of `GET /v1/assets`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    machine: Annotated[Name | None, Field(description="Points of this machine.")] = None
    point: Annotated[Name | None, Field(description="Points of this name.")] = None
    limit: Annotated[int, Field(ge=1, le=500, description="At most so many on a page.")] = 50
    cursor: Annotated[AssetId | None, Field(description="`next` of the page before, as it stands there.")] = None


class Importing(BaseModel):
    """The query of `POST /v1/assets.csv`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    replace: Annotated[bool, Field(description="Replace assets that are there; else the table is refused.")] = False


class Assets(BaseModel):
    """A page, in the order of the ids."""

    assets: list[Registered]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null: there is none.")]


class Imported(BaseModel):
    """What came of a table."""

    added: int
    replaced: int


def router(_: Settings) -> APIRouter:
    """`/v1/assets`, `/v1/assets/{id}`, `/v1/assets.csv`."""
    routes = APIRouter(tags=["assets"])

    @routes.get("/v1/assets", summary="The measuring points", responses=NO_STORE | UNREADABLE)
    async def assets(request: Request, query: Annotated[Asked, fastapi.Query()]) -> Assets:
        refuse_repeated(request)
        wanted = (query.limit + 1, query.cursor or "", query.machine, query.point)
        found = await parts_of(request.app).store.read(lambda connection: records.page(connection, *wanted))
        more = len(found) > query.limit
        page = [record.shown() for record in found[: query.limit]]
        return Assets(assets=page, next=page[-1].id if more else None)

    @routes.get(
        "/v1/assets.csv",
        summary="All measuring points, as a POST to the same address takes them",
        response_class=Response,
        responses=TABLE | NO_STORE | UNREADABLE,
    )
    async def table(request: Request) -> Response:
        text = await parts_of(request.app).store.read(lambda connection: sheet.write(records.everything(connection)))
        return Response(text, media_type=CSV)

    @routes.post(
        "/v1/assets",
        summary="Register a measuring point",
        status_code=201,
        response_model=Registered,
        responses=EXISTS | NO_STORE | OF_BODY,
        openapi_extra=docs.json_body(Asset),
    )
    async def register(request: Request) -> Response:
        asset = _read(Asset, await small_body(request, JSON, LARGEST_ASSET, "asset"))
        record = await parts_of(request.app).store.write(lambda connection: _add(connection, asset))
        return _answer(record, 201)

    @routes.post(
        "/v1/assets.csv",
        summary="Register the measuring points of a table",
        description=f"CSV (UTF-8, commas or semicolons) with the header `{','.join(sheet.COLUMNS)}`: a line for each "
        "axis. All lines are read before anything is kept; where one is wrong, each wrong one is told with its line "
        "and column (`csv.7.speed`), and nothing is kept.",
        responses=NO_STORE | OF_BODY,
        openapi_extra={"requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}},
    )
    async def import_table(request: Request, query: Annotated[Importing, fastapi.Query()]) -> Imported:
        refuse_repeated(request)
        parts = parts_of(request.app)
        content = await small_body(request, CSV, LARGEST_TABLE, "csv")
        found = await parts.in_pool(lambda: sheet.read(content))
        return await parts.store.write(lambda connection: _take_in(connection, found, query.replace))

    @routes.get(
        "/v1/assets/{id}",
        summary="One measuring point",
        response_model=Registered,
        responses=NONE_SUCH | UNREADABLE,
    )
    async def asset(request: Request, identity: Id) -> Response:
        return _answer(await record_of(parts_of(request.app), identity))

    @routes.put(
        "/v1/assets/{id}",
        summary="Register a measuring point anew",
        response_model=Registered,
        responses=NONE_SUCH | CHANGED | OF_BODY,
        openapi_extra=docs.json_body(Facts) | {"parameters": [IF_MATCH]},
    )
    async def replace(request: Request, identity: Id) -> Response:
        facts = _read(Facts, await small_body(request, JSON, LARGEST_ASSET, "asset"))
        return await _changed(request, identity, lambda _: facts)

    @routes.patch(
        "/v1/assets/{id}",
        summary="Change some of what is known about a measuring point",
        description="A field that the body names is replaced as a whole (null takes it away), the others stay.",
        response_model=Registered,
        responses=NONE_SUCH | CHANGED | OF_BODY,
        openapi_extra=docs.json_body(Changes) | {"parameters": [IF_MATCH]},
    )
    async def patch(request: Request, identity: Id) -> Response:
        changes = _read(Changes, await small_body(request, JSON, LARGEST_ASSET, "asset"))
        return await _changed(request, identity, lambda before: _read(Facts, _merged(before.asset, changes)))

    @routes.delete(
        "/v1/assets/{id}",
        summary="Forget a measuring point",
        description="Its diagnoses stay, and are found by `GET /v1/diagnoses?asset=`; an asset that is registered "
        "under the same id later has them as its past.",
        status_code=204,
        responses=NONE_SUCH | CHANGED | UNREADABLE,
        openapi_extra={"parameters": [IF_MATCH]},
    )
    async def forget(request: Request, identity: Id) -> None:
        match = request.headers.get("if-match")

        def remove(connection: Connection) -> None:
            _to_change(connection, identity, match)
            records.remove(connection, identity)
            alarm_records.forget(connection, identity)
            baselines.forget(connection, identity)

        await parts_of(request.app).store.write(remove)

    return routes


async def record_of(parts: Parts, identity: str) -> Record:
    """The asset with this id.

    Raises:
        RequestRefused: 404, there is none.
        StoreError: the store cannot be read.
    """
    record = await parts.store.read(lambda connection: records.find(connection, identity))
    if record is None:
        raise no_such_asset(identity)
    return record


async def point_of(parts: Parts, identity: str) -> Point:
    """As `record_of`, with its healthy state."""
    found = await parts.store.read(lambda connection: point.find(connection, identity))
    if found is None:
        raise no_such_asset(identity)
    return found


async def _changed(request: Request, identity: str, change: Callable[[Record], Facts]) -> Response:
    match = request.headers.get("if-match")

    def work(connection: Connection) -> Record:
        before = _to_change(connection, identity, match)
        asset = Asset.model_construct(id=identity, **dict(change(before)))
        return records.replace(connection, before, asset, wall_us())

    return _answer(await parts_of(request.app).store.write(work))


def _to_change(connection: Connection, identity: str, match: str | None) -> Record:
    """The newest state, which nobody else changes until the transaction ends."""
    record = records.find(connection, identity, to_change=True)
    if record is None:
        raise no_such_asset(identity)
    if match is not None and match.strip() != "*" and record.etag not in (each.strip() for each in match.split(",")):
        raise refused(412, "if_match", f"{match[:80]} is not the newest state of {identity}")
    return record


def _add(connection: Connection, asset: Asset) -> Record:
    if records.known(connection, [asset.id]):
        raise refused(409, "asset", f"{asset.id} is registered already; PUT /v1/assets/{asset.id} changes it")
    return records.add(connection, asset, wall_us())


def _take_in(connection: Connection, assets: dict[int, Asset], replace: bool) -> Imported:
    there = records.known(connection, [asset.id for asset in assets.values()])
    taken = [sheet.at_line(line, "id", "is registered already; ?replace=true replaces it")
             for line, asset in assets.items() if asset.id in there]  # fmt: skip
    if taken and not replace:
        raise sheet.refusal(taken)
    now_us = wall_us()
    for asset in assets.values():
        before = records.find(connection, asset.id, to_change=True) if asset.id in there else None
        if before is None:
            records.add(connection, asset, now_us)
        else:
            records.replace(connection, before, asset, now_us)
    return Imported(added=len(assets) - len(there), replaced=len(there))


def _answer(record: Record, status: int = 200) -> Response:
    headers = {"ETag": record.etag} | ({"Location": f"/v1/assets/{record.asset.id}"} if status == 201 else {})
    return Response(record.shown().model_dump_json(), status, headers, JSON)


def _read(kind: type[Kind], body: bytes | bytearray) -> Kind:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error) from None


def _merged(asset: Asset, changes: Changes) -> bytes:
    merged = asset.model_dump(mode="json", exclude={"id"}) | changes.model_dump(mode="json", exclude_unset=True)
    return json.dumps({name: each for name, each in merged.items() if each is not None}).encode()


def no_such_asset(identity: str) -> RequestRefused:
    """404, to be raised."""
    return refused(404, "asset", f"there is no asset {identity}")
