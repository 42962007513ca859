"""The HTTP service.

    uvicorn service.app:app        # or: brinell serve

Start and stop of everything that lives long is in `_lifespan`; what CPU work a request needs runs in a small thread
pool, so that the event loop only moves bytes.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import fastapi
from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from models.energy import PROFILES
from service import docs, errors
from service.bodies import Bytes, Codec, codec, collect, read_json
from service.diagnosis import Diagnosis
from service.engine import Engine
from service.errors import refused
from service.question import Query, Question
from service.registry import NoSuchBundle, Registry
from service.request_id import RequestId
from service.settings import Settings
from service.status import Health, Models, Readiness, summary

Result = TypeVar("Result")

DRAIN_BYTES = 64 << 20
DRAIN_SECONDS = 3.0


def create_app(settings: Settings) -> FastAPI:
    """The service with these settings; bundles are loaded and checked when it starts."""
    app = FastAPI(
        title="Brinell",
        version=docs.version(),
        summary="Says which part of a rolling bearing is failing, how sure it is, and what the answer cost in energy.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.add_middleware(RequestId)
    errors.install(app)
    docs.install(app)
    _routes(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    with ThreadPoolExecutor(settings.threads, thread_name_prefix="diagnose") as pool:
        app.state.pool = pool
        app.state.registry = await _in_pool(app, lambda: Registry.load(settings.bundles))
        app.state.engine = Engine(
            app.state.registry.bundles, PROFILES[settings.energy_profile], settings.watts_per_core
        )
        yield


def _routes(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse("/docs")

    @app.get("/healthz", tags=["state"], summary="Is the process alive?")
    async def healthz() -> Health:
        return Health()

    @app.get(
        "/readyz",
        tags=["state"],
        summary="Is there a bundle to answer with?",
        responses={503: {"model": Readiness, "description": "No bundle is whole and right on this processor."}},
    )
    async def readyz(response: Response) -> Readiness:
        readiness = Readiness.of(app.state.registry)
        response.status_code = 200 if readiness.ready else 503
        return readiness

    @app.get("/v1/models", tags=["models"], summary="The bundles, and what they reach")
    async def models() -> Models:
        registry: Registry = app.state.registry
        bundles = [summary(bundle.manifest) for bundle in registry.bundles.values()]
        return Models(bundles=bundles, refused=dict(registry.refused))

    @app.post(
        "/v1/diagnose",
        tags=["diagnosis"],
        summary="Which part of the bearing is failing?",
        description=docs.diagnose(app.state.settings),
        response_model=Diagnosis,
        responses=docs.DIAGNOSE_RESPONSES,
        openapi_extra={"requestBody": docs.request_body()},
    )
    async def diagnose(request: Request, query: Annotated[Query, fastapi.Query()]) -> Response:
        return await _diagnose(app, request, query)


async def _diagnose(app: FastAPI, request: Request, query: Query) -> Response:
    if not app.state.registry.bundles:
        raise refused(503, "bundle", "no bundle is ready; GET /readyz says why")
    try:
        _refuse_repeated(request)
        decode = codec(request.headers.get("content-type"))
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding != "identity":
            raise refused(415, "content_encoding", f"bodies in {encoding} are not read")
        settings: Settings = app.state.settings
        limit = settings.max_bytes(json=decode is read_json)
        body = await collect(request.stream(), request.headers.get("content-length"), limit)
    except errors.RequestRefused:
        await _drain(request)
        raise
    answer = await _in_pool(app, lambda: _answer(app, decode, body, query, errors.request_id(request)))
    return Response(answer, media_type="application/json")


def _answer(app: FastAPI, decode: Codec, body: Bytes, query: Query, identity: str) -> bytes:
    began = time.perf_counter()
    question = decode(body, query)
    decode_ms = round((time.perf_counter() - began) * 1e3, 3)
    _limit_length(question, app.state.settings)
    engine: Engine = app.state.engine
    try:
        diagnosis = engine.diagnose(
            question.recording, bundle=question.bundle, windows=question.windows, warnings=question.warnings
        )
    except NoSuchBundle as error:
        raise refused(422, "bundle", str(error)) from None
    timing = diagnosis.timing.model_copy(
        update={"decode_ms": decode_ms, "total_ms": round(diagnosis.timing.total_ms + decode_ms, 3)}
    )
    return diagnosis.model_copy(update={"request_id": identity, "timing": timing}).model_dump_json().encode()


def _refuse_repeated(request: Request) -> None:
    """One of two values would be taken without a word."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in counts.items():
        if count > 1:
            raise refused(422, name, f"stands in the query {count} times; give it once")


def _limit_length(question: Question, settings: Settings) -> None:
    if question.recording.seconds > settings.max_seconds:
        reason = f"{question.recording.seconds:.1f} s of signal; at most {settings.max_seconds:g} s are read"
        raise refused(422, "samples", reason)


async def _in_pool(app: FastAPI, work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(app.state.pool, work)


async def _drain(request: Request) -> None:
    """Takes what a client is still sending, so that it reads the refusal instead of a broken connection."""
    if "expect" in request.headers:  # it waits for leave to send: the refusal is enough
        return
    left = DRAIN_BYTES
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while left > 0:
                message = await request.receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def __getattr__(name: str) -> FastAPI:
    # `uvicorn service.app:app` asks for it; who brings settings of his own does not pay for one that he does not use.
    if name == "app":
        globals()[name] = app = create_app(Settings.read())
        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
