"""`GET /v1/overview`: where all measuring points stand, the worst first."""

from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from service.assets import overview
from service.assets.asset import PLAIN, AssetId
from service.assets.overview import Overview, Stand, Wanted
from service.bodies import JSON
from service.packed import packed
from service.parts import parts_of
from service.repeated import refuse_repeated
from service.routes.assets import NO_STORE, UNREADABLE
from service.settings import Settings

CURSOR = r"^[0-4]\.[a-z0-9][a-z0-9._-]{0,63}$"


class Asked(BaseModel):
    """The query of `GET /v1/overview`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    search: Annotated[
        str | None, Field(pattern=PLAIN, max_length=80, description="A part of id, machine or point.")
    ] = None
    id: Annotated[AssetId | None, Field(description="This one alone.")] = None
    stands: Annotated[Stand | None, Field(description="Those at this level alone.")] = None
    limit: Annotated[int, Field(ge=1, le=100, description="At most so many on a page.")] = 50
    cursor: Annotated[
        str | None, Field(pattern=CURSOR, max_length=66, description="`next` of the page before, as it stands there.")
    ] = None


class Plant(BaseModel):
    """A page: alarms first, then watches, then those of which nothing can be said; each by id."""

    assets: list[Overview]
    counts: Annotated[dict[Stand, int], Field(description="Of all that the search finds, by where they stand.")]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null: there is none.")]


def router(_: Settings) -> APIRouter:
    """`/v1/overview`."""
    routes = APIRouter(tags=["assets"])

    @routes.get(
        "/v1/overview",
        summary="Where do all measuring points stand?",
        response_model=Plant,
        responses=NO_STORE | UNREADABLE,
    )
    async def plant(request: Request, query: Annotated[Asked, fastapi.Query()]) -> Response:
        refuse_repeated(request)
        wanted = Wanted(query.search or "", query.id, query.stands, _after(query.cursor))

        def read(connection: Connection) -> str:
            found = overview.page(connection, wanted, query.limit + 1)
            page = found[: query.limit]
            following = overview.cursor(page[-1]) if len(found) > query.limit else None
            return Plant(assets=page, counts=overview.counts(connection, wanted), next=following).model_dump_json()

        parts = parts_of(request.app)
        return await packed(parts, request, (await parts.store.read(read)).encode(), JSON)

    return routes


def _after(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return -1, ""
    rank, _, identity = cursor.partition(".")
    return int(rank), identity
