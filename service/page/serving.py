"""`/` and `/page/...`: the page and its files."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.errors import refused
from service.page.files import ASK_ANEW, FOR_EVER, INDEX, static_files
from service.settings import Settings


def router(_: Settings) -> APIRouter:
    """The page; it is no part of the interface that is described."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def home(request: Request) -> Response:
        return static_files().files[INDEX].response(request.headers, ASK_ANEW)

    @routes.get("/page/{version}/{name:path}")
    async def file(request: Request, version: str, name: str) -> Response:
        found = static_files().files.get(name) if version == static_files().version else None
        if found is None:
            raise refused(404, "path", f"there is no file {name[:100]!r} of this version of the page")
        return found.response(request.headers, FOR_EVER)

    return routes
