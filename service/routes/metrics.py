"""What a monitoring system reads."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from service.parts import parts_of
from service.settings import Settings


def router(_: Settings) -> APIRouter:
    """`/metrics`."""
    routes = APIRouter(tags=["state"])

    @routes.get(
        "/metrics",
        summary="Counters for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text format."}},
    )
    async def metrics(request: Request) -> Response:
        return Response(parts_of(request.app).metrics.page(), media_type=CONTENT_TYPE_LATEST)

    return routes
