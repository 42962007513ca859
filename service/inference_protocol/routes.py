"""`/v2`: the routes of the protocol and of those of its extensions that there are."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from service import docs
from service.changing import done
from service.inference_protocol import repository, shapes
from service.inference_protocol.inferring import BYTES, HEADER_LENGTH, JSON, infer
from service.inference_protocol.models import Model, Models
from service.inference_protocol.statistics import Statistics
from service.parts import Parts, parts_of
from service.settings import Settings

EXTENSIONS = ["binary_tensor_data", "parameters", "model_configuration", "model_repository", "statistics"]

_REFUSALS = {
    400: "Not a question of the protocol, or not one that this model takes.",
    404: "There is no such model, or not in this version.",
    409: "The bundle is bad: which version, and why. What answered goes on.",
    413: "The body is over the limit.",
    415: "The content encoding cannot be read.",
    422: "A parameter is not what it should be, or the signal is none.",
    429: docs.REFUSALS[429],
    500: docs.REFUSALS[500],
    503: "Too much waits, or it could not begin by the deadline (Retry-After).",
    504: docs.REFUSALS[504],
    507: "The folder of the bundles cannot be written.",
}


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": shapes.ProtocolError, "description": _REFUSALS[status]} for status in statuses}


class _Lean(APIRoute):
    """A described route whose handler takes the request as it is: FastAPI's way to it costs more than the rest."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        endpoint: Callable[[Request], Awaitable[Response]] = self.endpoint
        response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)


def router(settings: Settings) -> APIRouter:
    """`/v2`."""
    routes = APIRouter(tags=["open inference protocol"], strict_content_type=False)  # clients name none
    models, statistics = Models(), Statistics()
    _add_inference(routes, models, statistics)
    _add_server(routes)
    _add_models(routes, models, statistics)
    _add_repository(routes, models)
    return routes


def _add_inference(routes: APIRouter, models: Models, statistics: Statistics) -> None:
    async def inference(request: Request) -> Response:
        return await infer(request, models, statistics)

    for path, names in ((_MODEL, ["model"]), (_VERSION, ["model", "version"])):
        routes.add_api_route(
            f"{path}/infer",
            inference,
            methods=["POST"],
            summary="Asks a model",
            response_model=None,
            responses=_INFERRED | _refusals(400, 404, 413, 415, 422, 429, 500, 503, 504),
            openapi_extra={"parameters": [*map(_in_path, names), *_HEADERS], "requestBody": _ASKED},
            route_class_override=_Lean,
        )


def _add_server(routes: APIRouter) -> None:
    @routes.get("/v2", summary="Who answers")
    async def server() -> shapes.ServerMetadata:
        return shapes.ServerMetadata(name="brinell", version=docs.version(), extensions=EXTENSIONS)

    @routes.get("/v2/health/live", summary="Is the process alive?")
    async def live() -> shapes.Live:
        return shapes.Live()

    @routes.get(
        "/v2/health/ready",
        summary="Is there a bundle to answer with?",
        responses={503: {"model": shapes.Ready, "description": "No bundle is whole and right on this processor."}},
    )
    async def ready(request: Request, response: Response) -> shapes.Ready:
        there = bool(parts_of(request.app).registry.bundles)
        response.status_code = 200 if there else 503
        return shapes.Ready(ready=there)


def _add_models(routes: APIRouter, models: Models, statistics: Statistics) -> None:
    def found(request: Request, model: str, version: str | None) -> Model:
        return models.find(parts_of(request.app), model, version)

    @routes.get("/v2/models/stats", summary="What all models have done")
    async def all_stats(request: Request) -> shapes.Statistics:
        return _stats(statistics, *_all(models, parts_of(request.app)))

    @routes.get(_VERSION, summary="What a model takes and gives", responses=_refusals(404, 422))
    @routes.get(_MODEL, summary="What a model takes and gives", responses=_refusals(404, 422))
    async def metadata(request: Request, model: str, version: str | None = None) -> shapes.ModelMetadata:
        return _metadata(found(request, model, version))

    @routes.get(f"{_VERSION}/ready", summary="Does this model answer?", responses=_refusals(404, 422))
    @routes.get(f"{_MODEL}/ready", summary="Does this model answer?", responses=_refusals(404, 422))
    async def ready(request: Request, model: str, version: str | None = None) -> shapes.ModelReady:
        return shapes.ModelReady(name=found(request, model, version).name)

    @routes.get(f"{_VERSION}/config", summary="How a model is set up", responses=_refusals(404, 422))
    @routes.get(f"{_MODEL}/config", summary="How a model is set up", responses=_refusals(404, 422))
    async def config(request: Request, model: str, version: str | None = None) -> shapes.ModelConfig:
        return _config(found(request, model, version))

    @routes.get(f"{_VERSION}/stats", summary="What a model has done", responses=_refusals(404, 422))
    @routes.get(f"{_MODEL}/stats", summary="What a model has done", responses=_refusals(404, 422))
    async def stats(request: Request, model: str, version: str | None = None) -> shapes.Statistics:
        return _stats(statistics, found(request, model, version))


_CHANGED = _refusals(400, 404, 409, 422, 507)


def _add_repository(routes: APIRouter, models: Models) -> None:
    @routes.post("/v2/repository/index", summary="The models that there are", responses=_refusals(400, 422))
    async def index(
        request: Request, asked: Annotated[shapes.IndexAsked | None, Body()] = None
    ) -> list[shapes.ModelState]:
        parts = parts_of(request.app)
        ready = asked is not None and asked.ready
        lines = await parts.in_pool(lambda: repository.index(_all(models, parts), parts.registry, ready=ready))
        return [shapes.ModelState(**line) for line in lines]

    @routes.post("/v2/repository/models/{model}/load", summary="Load a bundle", responses=_CHANGED)
    async def load(request: Request, model: str, asked: Annotated[shapes.ChangeAsked | None, Body()] = None) -> None:
        registry = parts_of(request.app).registry
        await done(lambda: registry.bring_back(model))

    @routes.post("/v2/repository/models/{model}/unload", summary="Unload a bundle", responses=_CHANGED)
    async def unload(request: Request, model: str, asked: Annotated[shapes.ChangeAsked | None, Body()] = None) -> None:
        registry = parts_of(request.app).registry
        await done(lambda: registry.take_out(model))


def _all(models: Models, parts: Parts) -> list[Model]:
    return list(models.all(parts))


def _stats(statistics: Statistics, *models: Model) -> shapes.Statistics:
    return shapes.Statistics.model_validate(statistics.told([(model.name, model.version) for model in models]))


def _metadata(model: Model) -> shapes.ModelMetadata:
    inputs, outputs = (
        [shapes.TensorMetadata(name=name, datatype=kind, shape=list(shape)) for name, kind, shape in tensors]
        for tensors in (model.inputs, model.outputs)
    )
    return shapes.ModelMetadata(
        name=model.name, versions=[model.version], platform=model.platform, inputs=inputs, outputs=outputs
    )


def _config(model: Model) -> shapes.ModelConfig:
    batched = 1 if model.most_windows else 0
    inputs, outputs = (
        [
            shapes.TensorConfig(name=name, data_type=_CONFIGURED[kind], dims=list(shape)[batched:])
            for name, kind, shape in tensors
        ]
        for tensors in (model.inputs, model.outputs)
    )
    return shapes.ModelConfig(
        name=model.name,
        platform=model.platform,
        backend=model.platform.partition("_")[0],
        max_batch_size=model.most_windows,
        input=inputs,
        output=outputs,
    )


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, "example": _EXAMPLES[name]}


_EXAMPLES = {"model": "order", "version": "1.0.0"}
_MODEL, _VERSION = "/v2/models/{model}", "/v2/models/{model}/versions/{version}"
_CONFIGURED = {"FP32": "TYPE_FP32", "BYTES": "TYPE_STRING"}
_HEADERS = [
    docs.DEADLINE,
    {
        "name": HEADER_LENGTH,
        "in": "header",
        "description": "How many bytes of the body are JSON, where tensors follow as bytes.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 1 << 20},
    },
]
_ASKED = {
    "required": True,
    "content": {JSON: {"schema": shapes.INFERENCE}, BYTES: {"schema": {"type": "string", "format": "binary"}}},
}
_INFERRED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The outputs.",
        "content": {JSON: {"schema": shapes.INFERRED}, BYTES: {"schema": {"type": "string", "format": "binary"}}},
    }
}
