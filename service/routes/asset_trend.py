"""`GET /v1/assets/{id}/trend`: how a measuring point went over time."""

from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from service.assets.asset import AxisName
from service.assets.growth import MOST_SPANS
from service.assets.trend import MOST_POINTS, MOST_READ, Trend, trend
from service.bodies import JSON
from service.errors import refused
from service.moment import FROM_A_DAY, TO_A_DAY, Since, Until, microseconds
from service.packed import packed
from service.parts import parts_of
from service.repeated import refuse_repeated
from service.routes.assets import NONE_SUCH, UNREADABLE, Id, record_of
from service.settings import Settings
from service.store.identity import LAST, first_id

DESCRIPTION = f"""
Reads the newest {MOST_READ} diagnoses between `from` and `to`. Where they are more than `limit`, the time of each axis
is cut into equal spans, and the worst of each span is a point: a fault, then `unknown`, then no answer, then nothing
found; of equals, the one with the larger probability of any fault. `first_seen` and `growth` are of all that was read.
Growth is the median slope between the medians of at most {MOST_SPANS} equal spans of time, a week: of the probability
of any fault, and of each value of `condition`, in its own unit.
"""


class Asked(BaseModel):
    """The query of `GET /v1/assets/{id}/trend`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Annotated[Since | None, Field(alias="from", description=f"Stored at this time or later{FROM_A_DAY}")] = None
    to: Annotated[Until | None, Field(description=f"Stored before this time{TO_A_DAY}")] = None
    axis: Annotated[AxisName | None, Field(description="This one alone, also one that the asset no longer has.")] = None
    limit: Annotated[int, Field(ge=16, le=MOST_POINTS, description="At most so many points.")] = MOST_POINTS


def router(_: Settings) -> APIRouter:
    """`/v1/assets/{id}/trend`."""
    routes = APIRouter(tags=["assets"])

    @routes.get(
        "/v1/assets/{id}/trend",
        summary="How did this point go over time?",
        description=DESCRIPTION,
        response_model=Trend,
        responses=NONE_SUCH | UNREADABLE,
    )
    async def of_asset(request: Request, identity: Id, query: Annotated[Asked, fastapi.Query()]) -> Response:
        refuse_repeated(request)
        parts = parts_of(request.app)
        first = 0 if query.first is None else first_id(microseconds(query.first))
        before = LAST if query.to is None else first_id(microseconds(query.to))
        if query.first is not None and query.to is not None and query.first > query.to:
            raise refused(422, "from", "is after `to`")
        await record_of(parts, identity)
        body = await parts.store.read(
            lambda connection: trend(connection, identity, query.axis, first, before, query.limit).model_dump_json()
        )
        return await packed(parts, request, body.encode(), JSON)

    return routes
