"""`/v1/feedback`: what was found when a machine was opened."""

from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection

from data.exported.lines import AssetName, FeedbackLine
from service import docs
from service.assets import records
from service.bodies import JSON
from service.bodies.incoming import small_body
from service.errors import invalid, refused
from service.memory import feedback
from service.memory.feedback import FeedbackRefused, Found, Kept
from service.parts import Parts, parts_of
from service.repeated import refuse_repeated
from service.routes.assets import NO_STORE, NONE_SUCH, OF_BODY, UNREADABLE
from service.routes.bundles import refusals
from service.settings import Settings
from service.store.identity import LAST
from service.store.reading import Cursor, cursor, read_cursor

LARGEST = 16 << 10

DESCRIPTION = """
What is sent is kept for ever: nothing changes or deletes it. Who was wrong sends another one with `corrects`, the id of
the first. The same once more is answered with what is there.

    curl -H 'Content-Type: application/json' http://127.0.0.1:8000/v1/feedback -d '{"asset": "mill-3.fan.de",
      "finding": "outer_race", "opened": "2026-11-24T08:00:00Z", "by": "A. Weber", "note": "pitted over 2 cm"}'
"""
CORRECTED = refusals({409: "What it corrects was corrected already."})


class Asked(BaseModel):
    """The query of `GET /v1/feedback`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asset: AssetName | None = None
    limit: Annotated[int, Field(ge=1, le=500, description="At most so many on a page.")] = 50
    cursor: Cursor | None = None


class Findings(BaseModel):
    """A page, the newest first, with those that were corrected."""

    feedback: list[Kept]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null: there is none.")]


def router(_: Settings) -> APIRouter:
    """`/v1/feedback`."""
    routes = APIRouter(tags=["memory"])

    @routes.post(
        "/v1/feedback",
        summary="Say what was found when a machine was opened",
        description=DESCRIPTION,
        status_code=201,
        responses=CORRECTED | NONE_SUCH | OF_BODY,
        openapi_extra=docs.json_body(Found),
    )
    async def give(request: Request) -> FeedbackLine:
        return await _give(parts_of(request.app), await small_body(request, JSON, LARGEST, "feedback"))

    @routes.get("/v1/feedback", summary="What was found", responses=NO_STORE | UNREADABLE)
    async def listed(request: Request, query: Annotated[Asked, fastapi.Query()]) -> Findings:
        refuse_repeated(request)
        try:
            before = LAST if query.cursor is None else read_cursor(query.cursor)
        except ValueError as error:
            raise refused(422, "cursor", str(error)) from None
        wanted = (query.asset, query.limit + 1, before)
        found = await parts_of(request.app).store.read(lambda connection: feedback.page(connection, *wanted))
        more, page = len(found) > query.limit, list(found[: query.limit])
        return Findings(feedback=page, next=cursor(int(page[-1].id, 16)) if more else None)

    return routes


async def _give(parts: Parts, body: bytearray) -> FeedbackLine:
    try:
        found = Found.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error) from None
    identity = parts.store.new_id()

    def add(connection: Connection) -> FeedbackLine:
        if records.find(connection, found.asset) is None:
            raise refused(404, "asset", f"there is no asset {found.asset}")
        return feedback.add(connection, identity, found)

    try:
        return await parts.store.write(add)
    except FeedbackRefused as error:
        raise refused(409 if error.conflict else 422, error.field, str(error)) from None
