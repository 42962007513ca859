"""`GET /v1/diagnoses`: what was answered before."""

from datetime import datetime
from typing import Annotated, Any

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from data.fault import Fault
from service.assets.answer import AxisDiagnosis
from service.assets.asset import AssetId
from service.diagnosis import Diagnosis, Verdict
from service.errors import Refusal, refused
from service.moment import FROM_A_DAY, TO_A_DAY, Since, Until, microseconds, moment_of
from service.parts import parts_of
from service.question import BundleName, SourceName
from service.repeated import refuse_repeated
from service.settings import Settings
from service.store.identity import LAST, first_id, shown
from service.store.reading import Cursor, Wanted, cursor, read_cursor
from service.store.terms import FOUND_BY

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"model": Refusal, "description": "There is none, or nothing is kept (BRINELL_STORE=none)."},
    422: {"model": Refusal, "description": "What is asked for cannot be: which field, and why."},
    503: {"model": Refusal, "description": "The store cannot be read just now."},
}


class Asked(BaseModel):
    """The query of `GET /v1/diagnoses`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Annotated[Since | None, Field(alias="from", description=f"Stored at this time or later{FROM_A_DAY}")] = None
    to: Annotated[Until | None, Field(description=f"Stored before this time{TO_A_DAY}")] = None
    verdict: Verdict | None = None
    fault: Fault | None = None
    bundle: Annotated[BundleName | None, Field(description="A bundle, or one version of it (order/1.0.0).")] = None
    source: Annotated[SourceName | None, Field(description="As it was given with the signal.")] = None
    asset: Annotated[AssetId | None, Field(description="The measuring point that it was asked about.")] = None
    limit: Annotated[int, Field(ge=1, le=500, description="At most so many on a page.")] = 50
    cursor: Cursor | None = None


class Summary(BaseModel):
    """One diagnosis of a page; `GET /v1/diagnoses/{id}` has all of it."""

    id: str
    time: Annotated[datetime, Field(description="What the service's clock said.")]
    request_id: str
    source: str | None
    verdict: Verdict
    fault: Fault | None
    confidence: float | None
    bundle: str | None
    front_end: str | None
    energy_nj: Annotated[float | None, Field(description="With all that is accounted for.")]
    speed_rpm: float | None
    asset: str | None
    axis: str | None
    level: Annotated[
        str | None,
        Field(description="What all voices together say; null: no voices were asked, or it was commissioned on it."),
    ]


class Diagnoses(BaseModel):
    """A page, the newest first."""

    diagnoses: list[Summary]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null: there is none.")]


def router(_: Settings) -> APIRouter:
    """`/v1/diagnoses`, `/v1/diagnoses/{id}`."""
    routes = APIRouter(tags=["diagnosis"])

    @routes.get(
        "/v1/diagnoses",
        summary="What was diagnosed?",
        description="Pages of what was answered, the newest first. While pages are read others may be stored: each "
        "diagnosis that was there at the first page comes once. `from` and `to` reckon in the order of storing, which "
        "never runs backwards, also where the clock was set back.",
        responses=REFUSALS,
    )
    async def diagnoses(request: Request, query: Annotated[Asked, fastapi.Query()]) -> Diagnoses:
        refuse_repeated(request)
        rows = await parts_of(request.app).store.page(_wanted(query), query.limit + 1)
        more = len(rows) > query.limit
        page = [_summary(row) for row in rows[: query.limit]]
        return Diagnoses(diagnoses=page, next=cursor(rows[query.limit - 1].id) if more else None)

    @routes.get(
        "/v1/diagnoses/{id}",
        summary="One diagnosis, as it was answered",
        response_model=AxisDiagnosis | Diagnosis,
        responses=REFUSALS,
    )
    async def diagnosis(
        request: Request, identity: Annotated[str, fastapi.Path(alias="id", pattern="^[0-7][0-9a-f]{15}$")]
    ) -> Response:
        answer = await parts_of(request.app).store.answer(int(identity, 16))
        if answer is None:
            raise refused(404, "id", f"there is no diagnosis {identity}, or it is no longer kept")
        return Response(answer, media_type="application/json")

    return routes


def _wanted(asked: Asked) -> Wanted:
    values = {name: getattr(asked, name) for name in FOUND_BY}
    try:
        before = LAST if asked.cursor is None else read_cursor(asked.cursor)
    except ValueError as error:
        raise refused(422, "cursor", str(error)) from None
    return Wanted(
        tuple((name, str(value)) for name, value in values.items() if value is not None),
        first=0 if asked.first is None else first_id(microseconds(asked.first)),
        before=before if asked.to is None else min(before, first_id(microseconds(asked.to))),
    )


def _summary(row: Any) -> Summary:
    columns = row._asdict()
    time = moment_of(columns.pop("time_us"))
    return Summary(**(columns | {"id": shown(columns["id"]), "time": time}))
