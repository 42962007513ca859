"""`/v1/demos`: simulated recordings to try the service with."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from service.bodies import NPY
from service.errors import refused
from service.packed import packed
from service.page.demo import BEARING, DEMOS, RATE_HZ, SECONDS, npy
from service.parts import parts_of
from service.routes.bundles import refusals
from service.routes.models import Responses
from service.settings import Settings


class DemoOffered(BaseModel):
    """A simulated recording, and what to say about it when asking."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    rate_hz: float
    seconds: float
    speed_rpm: float
    bearing: str


OFFERED = [
    DemoOffered(
        name=name, title=demo.title, rate_hz=RATE_HZ, seconds=SECONDS, speed_rpm=demo.speed_rpm, bearing=BEARING
    )
    for name, demo in DEMOS.items()
]
FOUND: Responses = {200: {"content": {NPY: {}}, "description": "A `.npy` file: float16, g."}}
Name = Annotated[str, Path(max_length=60, description="Of a demo.", examples=["outer-race"])]


def router(_: Settings) -> APIRouter:
    """What there is, and each of them."""
    routes = APIRouter(tags=["diagnosis"])

    @routes.get("/v1/demos", summary="Simulated recordings")
    async def demos() -> list[DemoOffered]:
        return OFFERED

    @routes.get(
        "/v1/demos/{name}",
        summary="A simulated recording as a file",
        response_class=Response,
        responses=FOUND | refusals({404: "There is no such demo.", 422: "A name that is too long."}),
    )
    async def demo(request: Request, name: Name) -> Response:
        if name not in DEMOS:
            raise refused(404, "demo", f"there is no demo {name!r}")
        parts = parts_of(request.app)
        return await packed(parts, request, await parts.in_pool(lambda: npy(name)), NPY)

    return routes
