"""`POST /v1/export`: what was kept and found, for retraining."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from data.exported.lines import AssetName
from models.signing import SigningError
from service.errors import refused
from service.memory.export import exported
from service.memory.records import Wanted
from service.memory.snapshot import Snapshot
from service.moment import FROM_A_DAY, TO_A_DAY, Since, Until, microseconds
from service.parts import Parts, parts_of
from service.repeated import refuse_repeated
from service.routes.assets import NO_STORE, UNREADABLE
from service.routes.bundles import refusals
from service.routes.models import Responses
from service.routes.recordings import memory_of
from service.settings import Settings
from service.store.identity import LAST, first_id
from service.store.store import Store

ZIP = "application/zip"
DESCRIPTION = """
A zip file of what is kept at this moment: the signals (`signals/<id>.npy`, float32, g), `recordings.jsonl`,
`feedback.jsonl` and `assets.jsonl` with what is known about them, and `manifest.json` with the sha256 of these;
`signature.json` where BRINELL_EXPORT_KEY is set. Nothing in it is compressed. `brinell recordings schema` prints the
schema of its lines. It is streamed: an answer that ends early has no end of a zip file.

    curl -X POST -o export.zip 'http://127.0.0.1:8000/v1/export?from=2026-10-01&to=2026-10-31'
"""
ARCHIVE: Responses = {
    200: {"description": "The archive.", "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}
}
NO_ROOM = refusals({507: "There is no room for its lines, or the key cannot be read."})


class Asked(BaseModel):
    """The query of `POST /v1/export`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Annotated[Since | None, Field(alias="from", description=f"Recordings of this time or later{FROM_A_DAY}")] = (
        None
    )
    to: Annotated[Until | None, Field(description=f"Recordings before this time{TO_A_DAY}")] = None
    asset: Annotated[AssetName | None, Field(description="One alone; feedback too.")] = None


def router(_: Settings) -> APIRouter:
    """`POST /v1/export`."""
    routes = APIRouter(tags=["memory"])

    @routes.post(
        "/v1/export",
        summary="All that can be learned from",
        description=DESCRIPTION,
        response_class=Response,
        responses=ARCHIVE | NO_ROOM | NO_STORE | UNREADABLE,
    )
    async def export(request: Request, query: Annotated[Asked, fastapi.Query()]) -> Response:
        refuse_repeated(request)
        return await _export(parts_of(request.app), query)

    return routes


async def _export(parts: Parts, query: Asked) -> Response:
    memory, store = memory_of(parts), parts.store
    assert isinstance(store, Store)  # where signals are kept, there is one
    wanted = Wanted(
        query.asset,
        0 if query.first is None else first_id(microseconds(query.first)),
        LAST if query.to is None else first_id(microseconds(query.to)),
    )
    stack = ExitStack()

    def begin() -> Iterator[bytes]:
        snapshot = stack.enter_context(Snapshot.take(store.database, wanted, memory.folder.path))
        return exported(snapshot, memory.folder.path, parts.settings.export_key)

    try:
        pieces = await asyncio.to_thread(begin)
    except (OSError, SigningError) as error:
        stack.close()
        raise refused(507, "export", str(error)) from None
    except BaseException:
        stack.close()
        raise
    name = f"brinell-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_sent(stack, pieces), media_type=ZIP, headers=headers)


async def _sent(stack: ExitStack, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    with stack:
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece
