"""The answers of the protocol that are not inferences, and how its questions look; for the description at /docs."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class ProtocolError(BaseModel):
    """What is wrong with a request, and what to do."""

    error: str = Field(examples=["windows: of shape [1, 2048]; [windows, 1, 2048] is read"])


class Live(BaseModel):
    """The process is alive."""

    live: Literal[True] = True


class Ready(BaseModel):
    """Is there a bundle to answer with?"""

    ready: bool


class ModelReady(BaseModel):
    """This model answers."""

    name: str
    ready: Literal[True] = True


class ServerMetadata(BaseModel):
    """Who answers, and which extensions it has."""

    name: str
    version: str
    extensions: list[str]


class TensorMetadata(BaseModel):
    """An input or output; -1 where it may vary."""

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(BaseModel):
    """What a model takes and gives."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class TensorConfig(BaseModel):
    """As `TensorMetadata`, in the words of the model configuration; without the dimension of the batch."""

    name: str
    data_type: str
    dims: list[int]


class ModelConfig(BaseModel):
    """The model configuration extension, as far as clients that measure ask for it."""

    model_config = ConfigDict(protected_namespaces=())

    name: str
    platform: str
    backend: str
    max_batch_size: int
    input: list[TensorConfig]
    output: list[TensorConfig]


class ModelState(BaseModel):
    """A line of the repository's index."""

    name: str
    version: str
    state: Literal["READY", "UNAVAILABLE"]
    reason: str


class Count(BaseModel):
    """How often, and nanoseconds in all."""

    count: int
    ns: int


class InferenceStats(BaseModel):
    """By stage of a request."""

    success: Count
    fail: Count
    queue: Count
    compute_input: Count
    compute_infer: Count
    compute_output: Count


class ModelStats(BaseModel):
    """Of one version of a model, since the service started."""

    name: str
    version: str
    last_inference: Annotated[int, Field(description="Milliseconds since 1970; 0: none yet.")]
    inference_count: Annotated[int, Field(description="Windows, or signals.")]
    execution_count: Annotated[
        int, Field(description="Readings by the graph; fewer where requests were read together.")
    ]
    inference_stats: InferenceStats
    batch_stats: list[dict[str, Any]]


class Statistics(BaseModel):
    """The statistics extension."""

    model_stats: list[ModelStats]


class IndexAsked(BaseModel):
    """Which lines of the index are wanted."""

    model_config = ConfigDict(strict=True, extra="forbid")

    ready: Annotated[bool, Field(description="Only models that answer.")] = False


class ChangeAsked(BaseModel):
    """How a model is to be loaded or unloaded: as it is. A configuration or files sent along are refused."""

    model_config = ConfigDict(strict=True, extra="forbid")

    parameters: dict[Literal["unload_dependents"], bool] = {}


_PARAMETERS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
}
_NUMBERS: dict[str, Any] = {"type": "array", "items": {"type": ["number", "array"]}}

INFERENCE: dict[str, Any] = {
    "type": "object",
    "required": ["inputs"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "parameters": _PARAMETERS,
        "inputs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "shape", "datatype"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string"},
                    "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
                    "datatype": {"type": "string", "enum": ["FP32", "FP64", "INT16"]},
                    "parameters": _PARAMETERS,
                    "data": _NUMBERS,
                },
            },
        },
        "outputs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {"name": {"type": "string"}, "parameters": _PARAMETERS},
            },
        },
    },
}

INFERRED: dict[str, Any] = {
    "type": "object",
    "required": ["model_name", "model_version", "outputs"],
    "properties": {
        "model_name": {"type": "string"},
        "model_version": {"type": "string"},
        "id": {"type": "string"},
        "parameters": _PARAMETERS,
        "outputs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "datatype", "shape"],
                "properties": {
                    "name": {"type": "string"},
                    "datatype": {"type": "string"},
                    "shape": {"type": "array", "items": {"type": "integer"}},
                    "parameters": _PARAMETERS,
                    "data": {"type": "array"},
                },
            },
        },
    },
}
