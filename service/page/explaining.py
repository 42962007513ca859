"""`POST /v1/diagnose/explain`: a diagnosis, kept as any other, and everything that there is to see about it."""

import time
from collections.abc import Mapping
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.responses import Response

from models.bundle import Bundle
from service import docs
from service.answering import Answered, answered, kept
from service.asking import arrived
from service.bodies import JSON
from service.bodies.upload import Upload, one
from service.diagnosis import Diagnosis
from service.errors import request_id
from service.packed import packed
from service.page.advice import what_to_do
from service.page.pictures import Pictures, pictures
from service.parts import Parts, parts_of
from service.question import Query
from service.settings import Settings

DESCRIPTION = """
Takes what `POST /v1/diagnose` takes, and answers with the same diagnosis, what to do now, and the data of every
picture: waveform, envelope spectrum with the lines of this bearing, spectrogram, probabilities along the recording, the
window that spoke most clearly for the answer with what the answer owes to each part of it (occlusion), and its spikes.

However long the recording, the pictures take some 100 kB, 40 kB in gzip: each of their steps stands for all that lies
under it. It costs some three times the processor time of a diagnosis.
"""
_TEXT = TypeAdapter(str)


class Explanation(BaseModel):
    """A diagnosis and what there is to see about it."""

    model_config = ConfigDict(frozen=True)

    diagnosis: Diagnosis
    what_to_do: Annotated[str, Field(description="One or two plain sentences.")]
    pictures: Pictures


def router(_: Settings) -> APIRouter:
    """`/v1/diagnose/explain`."""
    routes = APIRouter(tags=["diagnosis"])

    @routes.post(
        "/v1/diagnose/explain",
        summary="A diagnosis, and what there is to see about it",
        description=DESCRIPTION,
        response_model=Explanation,
        responses=docs.REFUSED,
        openapi_extra={"requestBody": docs.request_body(), "parameters": [docs.DEADLINE]},
    )
    async def explain(request: Request, query: Annotated[Query, fastapi.Query()]) -> Response:
        return await _explain(parts_of(request.app), request, query)

    return routes


async def _explain(parts: Parts, request: Request, query: Query) -> Response:
    async with arrived(parts, request) as (place, upload):
        found, seen = await place.answer(lambda: _answer(parts, upload, query, request_id(request)))
    answer = await kept(parts, found)
    advice = _TEXT.dump_json(what_to_do(found.entry.diagnosis))
    content = b'{"diagnosis":%b,"what_to_do":%b,"pictures":%b}' % (answer, advice, seen)
    return await packed(parts, request, content, JSON)


def _answer(parts: Parts, upload: Upload, query: Query, identity: str) -> tuple[Answered, bytes]:
    began = time.perf_counter()
    given = one(upload, query, parts.settings)
    # Of this moment: what is activated meanwhile draws no pictures of another bundle's answer.
    bundles = parts.registry.bundles
    found = answered(parts, given, identity, (time.perf_counter() - began) * 1e3)
    return found, drawn(found, bundles)


def drawn(found: Answered, bundles: Mapping[str, Bundle]) -> bytes:
    """Its pictures as JSON; takes processor time.

    Args:
        found: the answer.
        bundles: those of the moment before it was given, by name.
    """
    diagnosis = found.entry.diagnosis
    used = None if diagnosis.bundle is None else bundles.get(diagnosis.bundle.name)
    if used is not None and diagnosis.bundle is not None and used.manifest.version != diagnosis.bundle.version:
        used = None
    return pictures(found.recording, diagnosis, used).model_dump_json().encode()
