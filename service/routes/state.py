"""Is the process alive, and can it answer?"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.parts import parts_of
from service.settings import Settings
from service.status import Health, Readiness


def router(_: Settings) -> APIRouter:
    """`/healthz`, `/readyz`."""
    routes = APIRouter(tags=["state"])

    @routes.get("/healthz", summary="Is the process alive?")
    async def healthz() -> Health:
        return Health()

    @routes.get(
        "/readyz",
        summary="Is there a bundle to answer with?",
        response_model_exclude_none=True,
        responses={503: {"model": Readiness, "description": "No bundle is whole and right on this processor."}},
    )
    async def readyz(request: Request, response: Response) -> Readiness:
        parts = parts_of(request.app)
        mqtt = None if parts.mqtt is None else str(parts.mqtt)
        readiness = Readiness.of(parts.registry.snapshot, parts.store.warning, mqtt)
        response.status_code = 200 if readiness.ready else 503
        return readiness

    return routes
