"""What can be asked by the protocol: each bundle's graph, and `brinell`, which takes a signal and gives a diagnosis."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from data.formats.signal import Signal
from models.bundle import Bundle
from models.graph import INPUT, OUTPUTS, Reading
from service import docs
from service.answering import Answered, answered, kept
from service.errors import invalid, refused
from service.inference_protocol.messages import Answer, Inference, Parameter
from service.lanes import MOST_WINDOWS
from service.metrics import Metrics
from service.parts import Parts
from service.question import Given, Query
from service.queue import Place
from service.store.store import Entry

Tensor = tuple[str, str, Sequence[int]]
"""Name, type and shape; -1 where it may vary."""

DIAGNOSIS = "brinell"
SAMPLES = "samples"
RESERVED = ("timeout", "priority", "sequence_id", "sequence_start", "sequence_end", "binary_data_output")
"""Parameters of the protocol's own; a deadline is heard (`timeout`, microseconds), the others mean nothing here."""


class Model(Protocol):
    """Something that answers inferences."""

    name: str
    version: str
    platform: str
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    most_windows: int
    """Of several requests, that are read together; 0: each by itself."""

    async def infer(self, asked: Inference, place: Place, request_id: str) -> Answer:
        """The answer, when its turn has come."""


class Models:
    """The models of a service; a bundle asked again is the same object, so that its windows are read together."""

    def __init__(self) -> None:
        self._graphs: dict[str, GraphModel] = {}

    def find(self, parts: Parts, name: str, version: str | None) -> Model:
        """The model of that name; without a version the one that answers.

        Raises:
            RequestRefused: 404.
        """
        model: Model
        bundle = parts.registry.bundles.get(name)
        if name == DIAGNOSIS:
            model = DiagnosisModel(parts)
        elif bundle is not None:
            model = self._graph(name, bundle, parts.metrics)
        else:
            raise refused(404, "model", f"there is no {name[:80]!r}")
        if version is not None and version != model.version:
            raise refused(404, "model", f"{name} is there in version {model.version}, not in {version[:80]!r}")
        return model

    def all(self, parts: Parts) -> Iterator[Model]:
        """Every one that can be asked."""
        if parts.registry.bundles:
            yield DiagnosisModel(parts)
        for name, bundle in parts.registry.bundles.items():
            yield self._graph(name, bundle, parts.metrics)

    def _graph(self, name: str, bundle: Bundle, metrics: Metrics) -> "GraphModel":
        known = self._graphs.get(name)
        if known is None or known.bundle is not bundle:
            known = self._graphs[name] = GraphModel(bundle, metrics)
        return known


class GraphModel:
    """A bundle's graph: standardised windows in, logits, spikes, synaptic operations and features out."""

    platform = "onnxruntime_onnx"
    most_windows = MOST_WINDOWS

    def __init__(self, bundle: Bundle, metrics: Metrics) -> None:
        self.bundle = bundle
        self._metrics = metrics
        self.name, self.version = bundle.manifest.name, bundle.manifest.version
        self._length = bundle.graph.length
        self.inputs: Sequence[Tensor] = [(INPUT, "FP32", (-1, 1, self._length))]
        self.outputs: Sequence[Tensor] = [(name, "FP32", (-1, int(bundle.graph.outputs[name][-1]))) for name in OUTPUTS]

    async def infer(self, asked: Inference, place: Place, request_id: str) -> Answer:
        windows = self._windows(asked)
        together = len(windows) if len(windows) <= MOST_WINDOWS else 0
        reading = await place.answer_together(self._read, windows, together)
        return Answer({name: getattr(reading, name) for name in OUTPUTS})

    def _windows(self, asked: Inference) -> NDArray[np.float32]:
        given = _only(asked, INPUT)
        if given.ndim != 3 or given.shape[1:] != (1, self._length) or not len(given):
            raise refused(400, INPUT, f"of shape {list(given.shape)}; [windows, 1, {self._length}] is read")
        with np.errstate(over="ignore"):
            windows = given.astype(np.float32, copy=False)
        if not np.isfinite(windows).all():
            raise refused(400, INPUT, "not all are finite numbers")
        return windows

    def _read(self, several: Sequence[NDArray[np.float32]]) -> list[Reading]:
        windows = np.concatenate(several)
        reading = self.bundle.graph.run(windows)
        self._metrics.observe_calls(self.bundle.identity, len(windows))
        if len(several) == 1:
            return [reading]
        ends = np.cumsum([len(each) for each in several])
        return [_part(reading, end - len(each), end) for each, end in zip(several, ends.tolist(), strict=True)]


class DiagnosisModel:
    """A raw signal in, probabilities out; verdict, energy and evidence in the parameters."""

    name = DIAGNOSIS
    platform = "brinell"
    inputs: Sequence[Tensor] = [(SAMPLES, "FP32", (-1,))]
    outputs: Sequence[Tensor] = [("probabilities", "FP32", (-1,)), ("faults", "BYTES", (-1,))]
    most_windows = 0

    def __init__(self, parts: Parts) -> None:
        self.version = docs.version()
        self._parts = parts

    async def infer(self, asked: Inference, place: Place, request_id: str) -> Answer:
        self._parts.store.check()
        samples = _only(asked, SAMPLES)
        parameters = {name: value for name, value in asked.parameters.items() if name not in RESERVED}
        answer = await place.answer(lambda: self._answered(samples, parameters, request_id))
        await kept(self._parts, answer)
        found = answer.entry.diagnosis.probabilities or {}
        outputs = {
            "probabilities": np.array(list(found.values()), dtype=np.float32),
            "faults": np.array([fault.value for fault in found], dtype=object),
        }
        return Answer(outputs, _told(answer.entry))

    def _answered(self, samples: NDArray[Any], parameters: dict[str, Parameter], request_id: str) -> Answered:
        try:
            query = Query.model_validate(parameters, strict=True)
        except ValidationError as error:
            raise invalid(error) from None
        with np.errstate(over="ignore"):
            signal = Signal(samples.astype(np.float32).ravel(), None, "tensor")
        return answered(self._parts, Given(signal, query), request_id, 0.0)


def _told(entry: Entry) -> dict[str, Parameter]:
    """What the answer says in short, and the whole of it as `POST /v1/diagnose` gives it; null is left out."""
    diagnosis = entry.diagnosis
    energy, evidence, bundle = diagnosis.energy, diagnosis.evidence, diagnosis.bundle
    told: dict[str, Parameter | None] = {
        "verdict": diagnosis.verdict.value,
        "fault": None if diagnosis.fault is None else diagnosis.fault.value,
        "confidence": diagnosis.confidence,
        "message": diagnosis.message,
        "reason": diagnosis.reason,
        "energy_paper_nj": None if energy is None else energy.paper_nj,
        "energy_full_nj": None if energy is None else energy.full_nj,
        "evidence": None if evidence is None else evidence.fault.value,
        "evidence_z": None if evidence is None else max(evidence.z.values()),
        "bundle": None if bundle is None else f"{bundle.name}/{bundle.version}",
        "diagnosis": entry.answer.decode(),
    }
    return {name: value for name, value in told.items() if value is not None}


def _only(asked: Inference, name: str) -> NDArray[Any]:
    if list(asked.inputs) != [name]:
        raise refused(400, "inputs", f"are {[given[:80] for given in asked.inputs]}; the one input is {name!r}")
    return asked.inputs[name]


def _part(reading: Reading, start: int, end: int) -> Reading:
    return Reading(*(getattr(reading, name)[start:end] for name in OUTPUTS))
