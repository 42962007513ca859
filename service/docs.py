"""The OpenAPI description and its page, which works where there is no internet."""

import json
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from service.assets.asset import Asset, Changes, Facts, Registered
from service.assets.commissioning import Earlier
from service.assets.signals import AxesBody
from service.batch import BatchLine
from service.bodies import JSON
from service.bodies.described import content, form
from service.bodies.multipart import FORM
from service.bodies.ndjson import NDJSON
from service.errors import Refusal
from service.memory.feedback import Found
from service.question import Body
from service.security import described
from service.settings import MIB, Settings

EXAMPLES = Path(__file__).parent / "examples"
ASSETS = "/docs/assets"
REFERENCE = "#/components/schemas/{model}"

_DIAGNOSE = """
Post one channel of vibration from a bearing housing, from one window up (0.17 s, or four shaft revolutions).

The body is a JSON object (up to {text} MiB), raw little-endian float32, or a file: `.npy`, WAV, MATLAB, TDMS, UFF58
(up to {body} MiB) or CSV (up to {text} MiB), by its content type or as `file` in a form, where the ending of its name
says what it is. `Content-Encoding: gzip` is unpacked, under the same limits. Of a file with several channels, `channel`
says which.

What else is known stands in the query, in the JSON object or in the form; a file's own sampling rate, speed and unit
count where nothing else is said. Samples are read in g: `unit` says that they are m/s2 or V (with `sensitivity_mv_g`),
`scale` what one count is.

What is no signal at all, or longer than {minutes:g} minutes, is a 422 with the field and the reason. Everything else is
a 200 with a `verdict`: `diagnosed`, `unknown` (not like anything learned), `not_applicable` (no model fits), or
`sensor_fault`.

    curl -X POST -H 'Content-Type: application/octet-stream' --data-binary @signal.f32 \\
      'http://127.0.0.1:8000/v1/diagnose?rate_hz=48828&speed_rpm=1500&bearing=NICE'
    curl -F file=@pump.tdms -F channel='drive end' -F unit=V -F sensitivity_mv_g=100 http://127.0.0.1:8000/v1/diagnose
"""

_BATCH = """
Every channel of a file, several files in one form, or a line of JSON (NDJSON) for each recording: each is answered by a
line, `{{"number": 1, "diagnosis": {{...}}}}` or `{{"number": 2, "error": {{...}}}}`, as soon as it is known. What is
wrong with one is said in its line, and the next goes on.

Each line of NDJSON is an object as `POST /v1/diagnose` takes it, up to {text} MiB; all of them may be {body} MiB
together, unpacked too. Lines are answered while others still come in. What the query says holds for all of them. Each
answer counts as a request of the key; over its allowance they come as fast as it may ask.

    curl -T recordings.ndjson -X POST -H 'Content-Type: application/x-ndjson' http://127.0.0.1:8000/v1/diagnose/batch
    curl -F file=@pump.tdms -F file=@fan.wav -F speed_rpm=1480 http://127.0.0.1:8000/v1/diagnose/batch
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

REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": description} for status, description in REFUSALS.items()
}

UNSEEN: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
    *((model, "validation") for model in (Body, AxesBody, Asset, Facts, Changes, Found, Earlier)),
    *((model, "serialization") for model in (BatchLine, Registered)),
]
"""Models that only bodies name which FastAPI does not read; one that goes both ways has two schemas."""

DEADLINE = {
    "name": "X-Deadline-Ms",
    "in": "header",
    "description": "Refuse with 503 or 504 what is not answered after so many milliseconds.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 3_600_000},
}


def diagnose(settings: Settings) -> str:
    """The description of `POST /v1/diagnose`, with the limits that are set."""
    return _with_limits(_DIAGNOSE, settings)


def batch(settings: Settings) -> str:
    """The description of `POST /v1/diagnose/batch`, likewise."""
    return _with_limits(_BATCH, settings)


def _with_limits(text: str, settings: Settings) -> str:
    text_mib, body_mib = settings.max_bytes(text=True) // MIB, settings.max_bytes(text=False) // MIB
    return text.format(text=text_mib, body=body_mib, minutes=settings.max_minutes)


def version() -> str:
    """Of the installed package."""
    try:
        return version_of("brinell")
    except PackageNotFoundError:
        return "0"


def request_body() -> dict[str, Any]:
    """The bodies of `POST /v1/diagnose`."""
    return {"required": True, "content": content({"$ref": REFERENCE.format(model=Body.__name__)}, example("question"))}


def axes_body() -> dict[str, Any]:
    """The bodies of `POST /v1/assets/{id}/diagnose`: the same, and JSON with signals of several axes."""
    bodies = request_body()["content"]
    bodies[JSON]["schema"] = {"oneOf": [{"$ref": REFERENCE.format(model=each.__name__)} for each in (Body, AxesBody)]}
    return {"required": True, "content": bodies}


def baseline_body() -> dict[str, Any]:
    """The bodies of `POST /v1/assets/{id}/baseline`: the same, several of them, and ids of diagnoses."""
    bodies = batch_body()["content"]
    models = (Body, AxesBody, Earlier)
    bodies[JSON]["schema"] = {"oneOf": [{"$ref": REFERENCE.format(model=each.__name__)} for each in models]}
    return {"required": True, "content": bodies}


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """A body that is one of `UNSEEN`."""
    schema = {"$ref": REFERENCE.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def batch_body() -> dict[str, Any]:
    """The bodies of `POST /v1/diagnose/batch`: the same, several files, and lines."""
    bodies = request_body()["content"]
    bodies[FORM] = {"schema": form({"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1})}
    # A line is an object; OpenAPI has no words for lines of them.
    said = 'Lines such as `{"samples": [0.1, -0.2, ...], "rate_hz": 25600, "speed_rpm": 1480, "bearing": "6205"}`.'
    bodies[NDJSON] = {"schema": {"type": "string", "description": said}}
    return {"required": True, "content": bodies}


def _diagnose_responses() -> dict[int | str, dict[str, Any]]:
    answer = {"summary": "The answer to the example", "value": example("answer")}
    responses: dict[int | str, dict[str, Any]] = {
        200: {
            "description": "A verdict.",
            "content": {"application/json": {"examples": {"outer_race": answer}}},
        }
    }
    return responses | REFUSED


def _batch_responses() -> dict[int | str, dict[str, Any]]:
    line = {"$ref": REFERENCE.format(model=BatchLine.__name__)}
    answered: dict[int | str, dict[str, Any]] = {
        200: {"description": "A line for each, a `BatchLine`.", "content": {NDJSON: {"schema": line}}}
    }
    return answered | REFUSED


@cache
def example(name: str) -> Any:
    """A real question and the answer that the shipped bundles gave to it."""
    return json.loads((EXAMPLES / f"{name}.json").read_text())


DIAGNOSE_RESPONSES = _diagnose_responses()
BATCH_RESPONSES = _batch_responses()


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

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    description = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    _, body = models_json_schema(UNSEEN, ref_template=REFERENCE)
    components = description["components"]["schemas"]
    for name, schema in body["$defs"].items():
        components.setdefault(name, schema)
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    settings: Settings = app.state.settings
    described.describe(description, settings.auth)
    return description
