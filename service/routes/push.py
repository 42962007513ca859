"""`POST /v1/models`: a bundle comes in, and stays if it is good."""

import asyncio
from pathlib import Path

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from models.bundle import Bundle, BundleError
from service.archive import ArchiveError, unpack
from service.bodies.incoming import drain, drained_if_refused
from service.changing import done
from service.errors import RequestRefused, refused
from service.parts import Parts, parts_of
from service.probe import probe
from service.routes.bundles import OF_BODY, UNKEPT, refusals
from service.settings import MIB, Settings
from service.snapshot import Version
from service.staging import Busy, staging

TAR = "application/x-tar"
TYPES = (TAR, "application/octet-stream")
SECONDS = 600.0
"""A bundle that needs longer to arrive keeps others from coming."""

DESCRIPTION = """
The body is an uncompressed tar of one bundle's folder, up to {mib} MiB. It is checked like any other (sha256 of every
file, schema, signature by the policy, golden vectors on this processor), and only a good one is kept. It answers once
it is activated, not before, and not after a restart either.

    tar cf - -C order/1.1.0 . | curl -X POST -H 'Content-Type: application/x-tar' --data-binary @- \\
      http://127.0.0.1:8000/v1/models
"""

RESPONSES = refusals(
    {
        408: "The bundle did not arrive in time, or not to its end.",
        409: "There is this version already.",
        503: "Another bundle is coming in.",
    }
)


class Pushed(BaseModel):
    """The bundle that came in; it answers once it is activated."""

    name: str
    version: Version


def router(settings: Settings) -> APIRouter:
    """`POST /v1/models`."""
    routes = APIRouter(tags=["models"])

    @routes.post(
        "/v1/models",
        status_code=201,
        summary="Push a bundle",
        description=DESCRIPTION.format(mib=settings.max_bundle_mib),
        responses=OF_BODY | UNKEPT | RESPONSES,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in TYPES},
            }
        },
    )
    async def push(request: Request) -> Pushed:
        return await _push(parts_of(request.app), request)

    return routes


async def _push(parts: Parts, request: Request) -> Pushed:
    root = parts.registry.root
    try:
        with staging(root) as folder:
            archive = folder / "bundle.tar"
            async with drained_if_refused(request):
                await _arrived(request, archive, parts.settings.max_bundle_mib * MIB)
            return await done(lambda: _taken_in(parts, archive, folder / "bundle"))
    except Busy as error:
        await drain(request)
        raise refused(503, "archive", str(error)) from None
    except OSError as error:
        raise refused(507, "bundles_folder", f"{root} cannot be written: {error.strerror}") from None


async def _arrived(request: Request, archive: Path, limit: int) -> None:
    """Streams the body to disk; given up as soon as it is known to be over `limit` bytes."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        raise refused(415, "archive", f"{kind or 'a body without a type'} is not {TAR}")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(int(declared), limit)
    size = 0
    try:
        with archive.open("xb") as file:
            async with asyncio.timeout(SECONDS):
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > limit:
                        raise _too_large(size, limit)
                    await asyncio.to_thread(file.write, chunk)
    except ClientDisconnect:
        raise refused(408, "archive", f"it ended after {size} bytes, before its end") from None
    except TimeoutError:
        raise refused(408, "archive", f"{size} bytes of it came in {SECONDS:g} s") from None


def _too_large(size: int, limit: int) -> RequestRefused:
    return refused(413, "archive", f"at least {size} bytes; at most {limit} are taken (BRINELL_MAX_BUNDLE_MIB)")


def _taken_in(parts: Parts, archive: Path, staged: Path) -> Pushed:
    try:
        unpack(archive, staged)
        parts.registry.admit(Bundle.load(staged))
        probe(staged)
        name, version = parts.registry.add(staged)
    except ArchiveError as error:
        raise refused(422, "archive", str(error)) from None
    except BundleError as error:
        raise refused(422, "archive", error.reason) from None
    return Pushed(name=name, version=version)
