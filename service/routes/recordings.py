"""`/v1/recordings`: the signals that were worth keeping."""

import io
from typing import Annotated, Literal

import fastapi
import numpy as np
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, Response

from data.exported.lines import Identity, RecordingLine
from service.bodies import NPY, WAV
from service.errors import RequestRefused, refused
from service.memory import records
from service.memory.memory import Memory
from service.memory.records import Wanted
from service.parts import Parts, parts_of
from service.repeated import refuse_repeated
from service.routes.assets import NONE_SUCH, UNREADABLE, Id, record_of
from service.routes.bundles import refusals
from service.routes.models import Responses
from service.settings import Settings
from service.store.identity import LAST
from service.store.reading import Cursor, cursor, read_cursor
from service.store.trouble import NothingKept

RecordingId = Annotated[Identity, fastapi.Path(alias="id", description="Of its diagnosis.")]
NOT_KEPT = refusals({404: "There is no such recording, or nothing is kept (BRINELL_STORE=none)."})
ELSEWHERE = refusals({409: "It is kept, but on the disk of another replica, or its file cannot be read."})
SIGNAL: Responses = {
    200: {
        "description": "The signal, float32, g. A WAV file has whole numbers of samples a second.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (NPY, WAV)},
    }
}


class Asked(BaseModel):
    """The query of `GET /v1/assets/{id}/recordings`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=500, description="At most so many on a page.")] = 50
    cursor: Cursor | None = None


class Wish(BaseModel):
    """The query of `GET /v1/recordings/{id}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["npy", "wav"] = "npy"


class Recordings(BaseModel):
    """A page, the newest first; `file` is the name in an export."""

    recordings: list[RecordingLine]
    next: Annotated[str | None, Field(description="`cursor` of the next page; null: there is none.")]


def router(_: Settings) -> APIRouter:
    """`/v1/assets/{id}/recordings`, `/v1/recordings/{id}`."""
    routes = APIRouter(tags=["memory"])

    @routes.get(
        "/v1/assets/{id}/recordings",
        summary="The signals that are kept of a measuring point",
        responses=NONE_SUCH | UNREADABLE,
    )
    async def recordings(request: Request, identity: Id, query: Annotated[Asked, fastapi.Query()]) -> Recordings:
        refuse_repeated(request)
        return await _page(parts_of(request.app), identity, query)

    @routes.get(
        "/v1/recordings/{id}",
        summary="A signal, as .npy or WAV",
        response_class=Response,
        responses=SIGNAL | NOT_KEPT | ELSEWHERE | UNREADABLE,
    )
    async def recording(request: Request, identity: RecordingId, query: Annotated[Wish, fastapi.Query()]) -> Response:
        refuse_repeated(request)
        return await _signal(parts_of(request.app), identity, query.format)

    @routes.delete("/v1/recordings/{id}", summary="Delete a signal", status_code=204, responses=NOT_KEPT | UNREADABLE)
    async def remove(request: Request, identity: RecordingId) -> None:
        parts = parts_of(request.app)
        memory = memory_of(parts)
        if not await parts.in_pool(lambda: memory.remove(int(identity, 16))):
            raise _none_such(identity)

    return routes


def memory_of(parts: Parts) -> Memory:
    """What remembers signals.

    Raises:
        NothingKept: nothing does.
    """
    if parts.memory is None:
        raise NothingKept("no signals are kept here: BRINELL_STORE is none")
    return parts.memory


async def _page(parts: Parts, asset: str, query: Asked) -> Recordings:
    try:
        before = LAST if query.cursor is None else read_cursor(query.cursor)
    except ValueError as error:
        raise refused(422, "cursor", str(error)) from None
    wanted = Wanted(asset, before=before)
    rows = await parts.store.read(lambda connection: records.page(connection, wanted, query.limit + 1))
    if not rows:
        await record_of(parts, asset)  # what was kept of an asset outlives it
    more = len(rows) > query.limit
    page = [records.line(row) for row in rows[: query.limit]]
    return Recordings(recordings=page, next=cursor(rows[query.limit - 1].id) if more else None)


async def _signal(parts: Parts, identity: str, form: str) -> Response:
    memory = memory_of(parts)
    row = await parts.store.read(lambda connection: records.one(connection, int(identity, 16)))
    if row is None:
        raise _none_such(identity)
    file = memory.folder.file(row.id)
    if row.place != memory.folder.place or not file.is_file():
        raise refused(409, "recording", f"{identity} is kept, but not on this machine")
    name = f"{identity}.{form}"
    if form == "npy":
        return FileResponse(file, media_type=NPY, filename=name)
    try:
        content = await parts.in_pool(lambda: _wav(np.load(file, allow_pickle=False), row.rate_hz))
    except (OSError, ValueError) as error:
        raise refused(409, "recording", f"{identity} cannot be read: {error}") from None
    return Response(content, media_type=WAV, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _wav(samples: "np.typing.NDArray[np.float32]", rate_hz: float) -> bytes:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, samples, round(rate_hz), format="WAV", subtype="FLOAT")
    return file.getvalue()


def _none_such(identity: str) -> RequestRefused:
    return refused(404, "recording", f"there is no recording {identity}, or it is no longer kept")
