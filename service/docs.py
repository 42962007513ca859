"""The OpenAPI description and its page, which works where there is no internet."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from service.errors import Refusal
from service.question import Body
from service.settings import MIB, Settings

EXAMPLES = Path(__file__).parent / "examples"
ASSETS = "/docs/assets"
REFERENCE = "#/components/schemas/{model}"

_DIAGNOSE = """
Post one channel of vibration from a bearing housing, from one window up (0.17 s, or four shaft revolutions).

The body is a JSON object (up to {json} MiB), raw little-endian float32, or a `.npy` file (up to {body} MiB); what else
is known stands in the query (or in the JSON object). What is no signal at all, or longer than {minutes:g} minutes, is a
422 with the field and the reason. Everything else is a 200 with a `verdict`: `diagnosed`, `unknown` (not like anything
learned), `not_applicable` (no model fits), or `sensor_fault`.

    curl -X POST -H 'Content-Type: application/octet-stream' --data-binary @signal.f32 \\
      'http://127.0.0.1:8000/v1/diagnose?rate_hz=48828&speed_rpm=1500&bearing=NICE'
"""

REFUSALS = {
    413: "The body is over the limit.",
    415: "The content type or encoding cannot be read.",
    422: "No signal: which field, and why.",
    429: "This client has too many requests waiting; the header Retry-After says when to come again.",
    500: "An error of the service's own.",
    503: "No bundle is ready, too much waits, or it could not begin by the deadline (Retry-After).",
    504: "Begun, but not done by the deadline.",
}

DEADLINE = {
    "name": "X-Deadline-Ms",
    "in": "header",
    "description": "Refuse with 503 or 504 what is not answered after so many milliseconds.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 3_600_000},
}


def diagnose(settings: Settings) -> str:
    """The description of `POST /v1/diagnose`, with the limits that are set."""
    json_mib, body_mib = settings.max_bytes(json=True) // MIB, settings.max_bytes(json=False) // MIB
    return _DIAGNOSE.format(json=json_mib, body=body_mib, minutes=settings.max_minutes)


def version() -> str:
    """Of the installed package."""
    try:
        return version_of("brinell")
    except PackageNotFoundError:
        return "0"


def request_body() -> dict[str, Any]:
    """The three bodies of `POST /v1/diagnose`."""
    binary = {"type": "string", "format": "binary"}
    return {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": REFERENCE.format(model=Body.__name__)},
                "examples": {
                    "outer_race": {
                        "summary": "0.35 s of a simulated bearing with an outer race fault, 1800 rpm",
                        "value": example("question"),
                    }
                },
            },
            "application/octet-stream": {"schema": binary},
            "application/x-npy": {"schema": binary},
        },
    }


def _diagnose_responses() -> dict[int | str, dict[str, Any]]:
    answer = {"summary": "The answer to the example", "value": example("answer")}
    responses: dict[int | str, dict[str, Any]] = {
        200: {
            "description": "A verdict.",
            "content": {"application/json": {"examples": {"outer_race": answer}}},
        }
    }
    return responses | {
        status: {"model": Refusal, "description": description} for status, description in REFUSALS.items()
    }


@cache
def example(name: str) -> Any:
    """A real question and the answer that the shipped bundles gave to it."""
    return json.loads((EXAMPLES / f"{name}.json").read_text())


DIAGNOSE_RESPONSES = _diagnose_responses()


def install(app: FastAPI) -> None:
    """Routes of the page and its assets; the description gets the schema of the JSON body."""
    package = find_spec("fastapi_offline")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("fastapi-offline, which carries the page of /docs, is not installed")
    # Only its files are used: no part of the page comes from another host.
    app.mount(ASSETS, StaticFiles(directory=Path(package.origin).parent / "static"), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    async def page(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        return get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title="Brinell",
            swagger_js_url=f"{root}{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{root}{ASSETS}/favicon.png",
        )

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    description = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    _, body = models_json_schema([(Body, "validation")], ref_template=REFERENCE)
    components = description["components"]["schemas"]
    components.update(body["$defs"])
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    return description
