"""`POST /v1/assets/{id}/explain`: a diagnosis of a measuring point, and everything that there is to see about it."""

from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.responses import Response

from service import docs
from service.answering import all_kept, remember
from service.asking import asked
from service.assets.answer import AxisDiagnosis
from service.assets.signals import Query
from service.assets.worst import Worst, worst
from service.bodies import JSON
from service.bodies.incoming import drained_if_refused
from service.errors import refused, request_id
from service.packed import packed
from service.page.explaining import drawn
from service.page.pictures import Pictures
from service.parts import Parts, parts_of
from service.routes.asset_diagnose import of_every_axis
from service.routes.assets import NONE_SUCH, Id, point_of
from service.settings import Settings

DESCRIPTION = """
Takes what `POST /v1/assets/{id}/diagnose` takes, but no Idempotency-Key, and keeps the same diagnoses. Answers with
that of the worst axis, what to do next, and its pictures, as `POST /v1/diagnose/explain` does.
"""

_WORST, _TEXT = TypeAdapter(Worst), TypeAdapter(str)


class AssetExplanation(BaseModel):
    """A diagnosis of a measuring point, and what there is to see about its worst axis."""

    model_config = ConfigDict(frozen=True)

    asset: str
    worst: Worst
    diagnosis: Annotated[AxisDiagnosis, Field(description="Of that axis.")]
    what_to_do: str
    pictures: Pictures


def router(_: Settings) -> APIRouter:
    """`/v1/assets/{id}/explain`."""
    routes = APIRouter(tags=["assets"])

    @routes.post(
        "/v1/assets/{id}/explain",
        summary="A diagnosis of a measuring point, and what there is to see about it",
        description=DESCRIPTION,
        response_model=AssetExplanation,
        responses=docs.REFUSED | NONE_SUCH,
        openapi_extra={"requestBody": docs.axes_body(), "parameters": [docs.DEADLINE]},
    )
    async def explain(request: Request, identity: Id, query: Annotated[Query, fastapi.Query()]) -> Response:
        return await _explain(parts_of(request.app), request, identity, query)

    return routes


async def _explain(parts: Parts, request: Request, identity: str, query: Query) -> Response:
    async with drained_if_refused(request):
        if "idempotency-key" in request.headers:
            raise refused(422, "idempotency_key", "pictures are not kept, and cannot be sent again")
        point = await point_of(parts, identity)
    bundles = parts.registry.bundles
    async with asked(parts, request) as question:
        fresh = await of_every_axis(parts, question, point, query, request_id(request))
        told = {axis: each.entry.diagnosis for axis, each in fresh.items()}
        bad = worst({axis: (each, each.combined) for axis, each in told.items() if isinstance(each, AxisDiagnosis)})
        shown = fresh[bad.axis]
        question.place.renew()
        seen = await question.place.answer(lambda: drawn(shown, bundles))
    found = list(fresh.values())
    answers = await all_kept(parts, found)
    remember(parts, found, answers, asked=query.keep)
    diagnosis = told[bad.axis]
    advice = _TEXT.dump_json(diagnosis.combined.advice if isinstance(diagnosis, AxisDiagnosis) else "")
    content = b'{"asset":%b,"worst":%b,"diagnosis":%b,"what_to_do":%b,"pictures":%b}' % (
        _TEXT.dump_json(identity), _WORST.dump_json(bad), answers[found.index(shown)], advice, seen,
    )  # fmt: skip
    return await packed(parts, request, content, JSON)
