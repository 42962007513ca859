"""`GET /v1/system`: how the service itself fares."""

from fastapi import APIRouter, Request

from service.parts import parts_of
from service.settings import Settings
from service.system import System, state


def router(_: Settings) -> APIRouter:
    """`/v1/system`."""
    routes = APIRouter(tags=["state"])

    @routes.get("/v1/system", summary="How does the service fare?")
    async def system(request: Request) -> System:
        return await state(parts_of(request.app))

    return routes
