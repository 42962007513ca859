"""What changes which bundles answer: activate, roll back, load, unload, reload, challenge."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from models.manifest import IDENTITY, VERSION
from service.bodies.order import order, order_body
from service.changing import done
from service.errors import Refusal
from service.parts import Parts, parts_of
from service.routes.models import NONE_SUCH, UNREADABLE, Name, Responses, told
from service.settings import Settings
from service.shadow import Report
from service.snapshot import Snapshot
from service.status import Models, Versions


class Activation(BaseModel):
    """Which version is to answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    version: Annotated[str, Field(pattern=VERSION, max_length=40, examples=["1.1.0"])]


class Challenge(BaseModel):
    """Which bundle is to answer in the shadow."""

    model_config = ConfigDict(extra="forbid", strict=True)

    bundle: Annotated[str, Field(pattern=IDENTITY, max_length=80, examples=["order/1.1.0"])]


def refusals(described: dict[int, str]) -> Responses:
    """Responses of a route, by status."""
    return {status: {"model": Refusal, "description": text} for status, text in described.items()}


BAD = refusals({409: "The version is bad, or there is none: which, and why. What answered goes on."})
UNKEPT = refusals({507: "The folder of the bundles cannot be written."})
OF_ONE = NONE_SUCH | UNREADABLE | BAD | UNKEPT
OF_BODY = refusals(
    {413: "The body is over the limit.", 415: "The content type cannot be read.", 422: "The field, and the reason."}
)


def router(_: Settings) -> APIRouter:
    """What changes something under `/v1/models`, but for what comes in anew."""
    routes = APIRouter(tags=["models"])

    @routes.post("/v1/models/reload", summary="Look at the folder of the bundles anew", responses=BAD | UNKEPT)
    async def reload(request: Request) -> Models:
        return Models.of(await done(parts_of(request.app).registry.reload))

    @routes.post(
        "/v1/models/{name}/activate",
        summary="Let a version of a bundle answer",
        responses=OF_ONE | OF_BODY,
        openapi_extra=order_body(Activation),
    )
    async def activate(request: Request, name: Name) -> Versions:
        version = (await order(request, Activation)).version
        return await _changed(request, name, lambda parts: parts.registry.activate(name, version))

    @routes.post("/v1/models/{name}/rollback", summary="Let the version answer that did before", responses=OF_ONE)
    async def rollback(request: Request, name: Name) -> Versions:
        return await _changed(request, name, lambda parts: parts.registry.roll_back(name))

    @routes.post("/v1/models/{name}/unload", summary="Let no version of a bundle answer", responses=OF_ONE)
    async def unload(request: Request, name: Name) -> Versions:
        return await _changed(request, name, lambda parts: parts.registry.take_out(name))

    @routes.post("/v1/models/{name}/load", summary="Let the chosen version of a bundle answer again", responses=OF_ONE)
    async def load(request: Request, name: Name) -> Versions:
        return await _changed(request, name, lambda parts: parts.registry.bring_back(name))

    @routes.put(
        "/v1/models/challenger",
        summary="Let a version answer in the shadow",
        responses=OF_ONE | OF_BODY,
        openapi_extra=order_body(Challenge),
    )
    async def challenge(request: Request) -> Report:
        bundle = (await order(request, Challenge)).bundle
        return await _challenged(parts_of(request.app), bundle)

    @routes.delete("/v1/models/challenger", summary="Let nothing answer in the shadow")
    async def unchallenge(request: Request) -> Report:
        return await _challenged(parts_of(request.app), None)

    return routes


async def _changed(request: Request, name: str, change: Callable[[Parts], Snapshot]) -> Versions:
    parts = parts_of(request.app)
    await done(lambda: change(parts))
    return await told(parts, name)


async def _challenged(parts: Parts, bundle: str | None) -> Report:
    snapshot = await done(lambda: parts.registry.challenge(bundle))
    return parts.shadow.report(snapshot.challenger)
