"""What the service answers with."""

from fastapi import APIRouter, Request

from service.parts import parts_of
from service.settings import Settings
from service.status import Models, summary


def router(_: Settings) -> APIRouter:
    """`/v1/models`."""
    routes = APIRouter(tags=["models"])

    @routes.get("/v1/models", summary="The bundles, and what they reach")
    async def models(request: Request) -> Models:
        registry = parts_of(request.app).registry
        bundles = [summary(bundle.manifest) for bundle in registry.bundles.values()]
        return Models(bundles=bundles, refused=dict(registry.refused))

    return routes
