"""What the service answers with, and which versions there are."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from models.bundle import BundleError
from models.manifest import NAME, VERSION
from service.errors import Refusal, refused
from service.parts import Parts, parts_of
from service.registry import NoSuchBundle
from service.settings import Settings
from service.shadow import Report
from service.status import Card, Models, Versions, summary

Name = Annotated[str, Path(pattern=NAME, max_length=60, description="Of a bundle.", examples=["order"])]
Of = Annotated[str, Path(pattern=VERSION, max_length=40, description="A version of it.", examples=["1.0.0"])]
Responses = dict[int | str, dict[str, Any]]
NONE_SUCH: Responses = {404: {"model": Refusal, "description": "There is no such bundle."}}
BROKEN: Responses = {409: {"model": Refusal, "description": "Its manifest cannot be read."}}
UNREADABLE: Responses = {422: {"model": Refusal, "description": "A name or a version that cannot be."}}


def router(_: Settings) -> APIRouter:
    """`/v1/models` and what can be read under it."""
    routes = APIRouter(tags=["models"])

    @routes.get("/v1/models", summary="The bundles, and what they reach")
    async def models(request: Request) -> Models:
        return Models.of(parts_of(request.app).registry.snapshot)

    @routes.get("/v1/models/challenger", summary="How often the challenger says something else")
    async def challenger(request: Request) -> Report:
        parts = parts_of(request.app)
        return parts.shadow.report(parts.registry.snapshot.challenger)

    @routes.get(
        "/v1/models/{name}/versions",
        summary="The versions of a bundle, and which of them answers",
        responses=NONE_SUCH | UNREADABLE,
    )
    async def versions(request: Request, name: Name) -> Versions:
        return await told(parts_of(request.app), name)

    @routes.get(
        "/v1/models/{name}/versions/{version}",
        summary="What is written of a version: figures and model card",
        responses=NONE_SUCH | UNREADABLE | BROKEN,
    )
    async def card(request: Request, name: Name, version: Of) -> Card:
        registry = parts_of(request.app).registry
        try:
            manifest, text, signature = await asyncio.to_thread(registry.described, f"{name}/{version}")
        except NoSuchBundle as error:
            raise refused(404, "bundle", str(error)) from None
        except BundleError as error:
            raise refused(409, "bundle", error.reason) from None
        return Card(model=summary(manifest, signature), card=text)

    return routes


async def told(parts: Parts, name: str) -> Versions:
    """The versions of a bundle.

    Raises:
        RequestRefused: 404, there is none.
    """
    try:
        return await asyncio.to_thread(_told, parts, name)
    except NoSuchBundle as error:
        raise refused(404, "bundle", str(error)) from None


def _told(parts: Parts, name: str) -> Versions:
    registry = parts.registry
    return Versions(name=name, versions=registry.versions(name), before=registry.before(name))
