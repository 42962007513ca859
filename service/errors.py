"""What is wrong with a request: always the field, the reason and what to do, in one shape for every status."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from data.bearing import FORMS
from data.errors import FormatError, SignalError
from data.formats.confined import TooMuchError
from service.store.trouble import RETRY_AFTER_S, KeyRefused, NothingKept, StoreError

logger = logging.getLogger(__name__)

WHAT_TO_DO = {
    "samples": "Send one channel of at least 256 finite numbers: a JSON array, little-endian float32 or int16, or a "
    "file (.npy, WAV, CSV, MATLAB, TDMS, UFF58).",
    "rate_hz": "Give the sampling rate in Hz, 500 to 2000000, in the query (?rate_hz=48828) or in the JSON body.",
    "speed_rpm": "Give the shaft speed in rpm, 30 to 60000, or leave it out.",
    "bearing": f"Give {FORMS}, or leave it out.",
    "bundle": "Leave it out, and the service chooses; GET /v1/models lists the bundles.",
    "channel": "Give the channel by name or number (?channel=2); POST /v1/diagnose/batch reads every one.",
    "unit": "Give g, m/s2 or V, or leave it out: then the file's own counts, else g.",
    "sensitivity_mv_g": "Give the sensor's sensitivity in mV/g with unit=V (?unit=V&sensitivity_mv_g=100).",
    "scale": "Give what one count is in the unit (?scale=0.000305).",
    "content_type": "Send Content-Type: application/json, application/octet-stream (float32), application/x-int16, "
    "application/x-npy, audio/wav, text/csv, application/x-matlab-data, application/x-tdms, application/x-uff, or "
    "multipart/form-data with a file.",
    "content_encoding": "Send the bytes as they are, or with Content-Encoding: gzip or deflate.",
    "file": "Send one file as a part of multipart/form-data (curl -F file=@pump.tdms).",
    "body": "Send a JSON object with samples and rate_hz; GET /docs shows one.",
    "length": "Send a shorter part of the signal; float32 and .npy may be longer than JSON.",
    "cursor": "Give `next` of the page before as it stands there, or leave it out for the first page.",
    "id": "GET /v1/diagnoses lists what is kept.",
    "idempotency_key": "Send the header Idempotency-Key once, 1 to 64 of A-Z a-z 0-9 . _ : -, another one for another "
    "request; or leave it out.",
    "queue": "Ask again after the seconds of the header Retry-After.",
    "deadline": "Give the header X-Deadline-Ms milliseconds, 1 to 3600000, or leave it out.",
    "model": "POST /v2/repository/index lists the models.",
    "windows": "Send [windows, 1, length] of FP32, as GET /v2/models/{model} says.",
    "version": "GET /v1/models/{name}/versions lists the versions; POST /v1/models/reload looks for new ones.",
    "archive": "Send an uncompressed tar of manifest.json and the files that it lists: tar cf - -C FOLDER .",
    "order": "Send a JSON object with Content-Type: application/json; GET /docs shows it.",
    "bundles_folder": "Let the service write to the folder BRINELL_BUNDLES, and leave it room.",
    "asset": "GET /v1/assets lists the assets; POST /v1/assets registers one.",
    "axis": "Give one of the asset's axes (?axis=x), or leave it out where the request brings a signal of each.",
    "signals": 'Send a signal for each axis: {"signals": {"x": [...], "y": [...]}, "rate_hz": 25600}.',
    "if_match": "Send the ETag of the asset's newest state (GET /v1/assets/{id}), or leave If-Match out.",
    "baseline": "GET /v1/assets/{id}/baseline lists the versions, the newest first.",
    "recordings": "Send recordings of the healthy machine, 1 s or longer: files of a form, or lines of JSON.",
    "diagnoses": "Give ids of GET /v1/diagnoses?asset=..., or send the recordings themselves.",
    "confirm": "Look at the machine; if it is healthy all the same, say ?confirm=true&why=... with a word of why.",
    "mode": "Say mode=new (the first baseline, or one in place of it) or mode=extend (more recordings to it).",
    "csv": "Send a CSV file with the header that GET /v1/assets.csv gives, a line for each axis; docs/assets.md.",
    "recording": "GET /v1/assets/{id}/recordings lists what is kept of a measuring point.",
    "corrects": "GET /v1/feedback lists the findings, and which of them were corrected.",
    "diagnosis": "Give the id of a diagnosis of this asset (GET /v1/diagnoses?asset=...), or leave it out.",
    "finding": "Give normal, inner_race, outer_race, rolling_element, several, sensor_broken or other.",
    "opened": "Give when the machine was opened, with its zone: 2026-11-24T08:00:00Z.",
    "export": "See that the disk has room, and that BRINELL_EXPORT_KEY is a key that the service's user can read.",
    "key": "Give the whole key as `brinell keys api NAME` printed it; it is shown only once.",
    "csrf": "Send the header X-CSRF-Token as GET /v1/session says it.",
    "search": "Give a part of a designation (62, NU2) or of an asset's id, machine or point; or leave it out.",
    "streams": "Close some, or come again as Retry-After says; GET /v1/overview and GET /v1/system say the same now.",
    "demo": "GET /v1/demos lists them.",
    "path": "GET /docs describes what can be asked.",
}
ELSE_TO_DO = "GET /docs describes every field."


class Problem(BaseModel):
    """One thing that is wrong."""

    field: str = Field(description="The input that is wrong.", examples=["samples"])
    reason: str = Field(description="What is wrong with it.", examples=["3 samples; at least 256 are needed"])
    what_to_do: str = Field(description="What would be right.", examples=[WHAT_TO_DO["samples"]])


class Refusal(Problem):
    """A request that could not be answered: its first problem, then the others."""

    more: list[Problem] = Field(default=[], description="Further problems of the same request.")
    request_id: str = Field(description="Also in the header X-Request-ID and in the service's log.")


class RequestRefused(Exception):
    """Raised anywhere under a route; becomes a `Refusal` with this status."""

    def __init__(self, status: int, problems: Sequence[Problem], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status}: {problems[0].field}: {problems[0].reason}")
        self.status = status
        self.problems = problems
        self.headers = headers


def problem(field: str, reason: str) -> Problem:
    """A problem with the advice that goes with its field."""
    return Problem(field=field, reason=reason, what_to_do=WHAT_TO_DO.get(field.split(".")[0], ELSE_TO_DO))


def refused(status: int, field: str, reason: str) -> RequestRefused:
    """One problem, to be raised."""
    return RequestRefused(status, [problem(field, reason)])


def refusal_of(error: RequestRefused | SignalError | FormatError | StoreError) -> RequestRefused:
    """What is raised about a request, a signal, a file or the store, as it is answered."""
    if isinstance(error, RequestRefused):
        return error
    if isinstance(error, StoreError):
        found = Problem(field="store", reason=error.reason, what_to_do=error.what_to_do)
        return RequestRefused(503, [found], {"Retry-After": str(RETRY_AFTER_S)})
    if isinstance(error, TooMuchError):
        return refused(413, "length", str(error))
    return refused(422, error.field, error.reason if isinstance(error, SignalError) else str(error))


def problems_of(errors: Sequence[Any]) -> list[Problem]:
    """The errors of pydantic in our shape; `loc` loses what only says how the model is built."""
    return [problem(_field(error["loc"]), _reason(error)) for error in errors]


def invalid(error: ValidationError, whole: str = "body") -> RequestRefused:
    """What pydantic refused; `whole`: the field to name where it is no single one."""
    found = error.errors(include_url=False, include_context=False)
    return RequestRefused(422, problems_of([each | {"loc": each["loc"] or (whole,)} for each in found]))


def install(app: FastAPI) -> None:
    """Every error of the app answers in the same shape."""

    @app.exception_handler(RequestRefused)
    async def _refused(request: Request, error: RequestRefused) -> Response:
        return answer(request, error.status, error.problems, error.headers)

    @app.exception_handler(SignalError)
    async def _signal(request: Request, error: SignalError) -> Response:
        return answer(request, 422, refusal_of(error).problems)

    @app.exception_handler(StoreError)
    async def _store(request: Request, error: StoreError) -> Response:
        refusal = refusal_of(error)
        return answer(request, refusal.status, refusal.problems, refusal.headers)

    @app.exception_handler(NothingKept)
    async def _nothing(request: Request, error: NothingKept) -> Response:
        return answer(request, 404, [problem("store", str(error))])

    @app.exception_handler(KeyRefused)
    async def _reused(request: Request, error: KeyRefused) -> Response:
        return answer(request, 422, [problem("idempotency_key", str(error))])

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(request, 422, problems_of(error.errors()))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        reason = f"{request.method} {request.url.path}: {HTTPStatus(error.status_code).phrase}"
        headers = {"Allow": _allowed(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
        return answer(request, error.status_code, [problem("path", reason)], dict(headers or {}))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        logger.error("request %s failed", request_id(request), exc_info=error)
        reason = "an error of the service's own, not of the request"
        return answer(request, 500, [Problem(field="service", reason=reason, what_to_do="Report the request id.")])


def request_id(request: Request) -> str:
    """The id that the request came in under."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def answer(
    request: Request, status: int, problems: Sequence[Problem], headers: dict[str, str] | None = None
) -> Response:
    """The refusal as it is sent; for what stands outside the routes, where nothing that is raised is caught."""
    identity = request_id(request)
    headers = {**(headers or {}), "X-Request-ID": identity}
    if request.url.path.startswith("/v2"):
        return JSONResponse(_protocol_error(problems), status, headers)
    content = Refusal(**problems[0].model_dump(), more=list(problems[1:]), request_id=identity)
    return JSONResponse(content.model_dump(), status, headers)


def _allowed(request: Request) -> str:
    """The methods of every route to this path: the router names those of the first alone."""
    there = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in there for method in getattr(route, "methods", None) or ()}))


def _protocol_error(problems: Sequence[Problem]) -> dict[str, str]:
    """The shape of the Open Inference Protocol."""
    told = "; ".join(f"{each.field}: {each.reason}" for each in problems)
    return {"error": f"{told}. {problems[0].what_to_do}"}


def _field(location: tuple[int | str, ...]) -> str:
    outer = ("query", "body", "path", "header", "designation", "geometry", "orders")
    names = [part for part in location if part not in outer]
    field = ".".join(str(part) for part in names)
    return field or ("body" if "body" in location or not location else str(location[-1]))


def _reason(error: Any) -> str:
    text = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        return "there is no such field"
    if error["type"] == "missing":
        return "is missing"
    given = error.get("input")
    if isinstance(given, str | int | float | bool) and len(str(given)) < 60:
        return f"{text}, not {given!r}"
    return text
