"""What the engine's process holds: the service's engine and parser, without HTTP, and one recording as bytes."""

import tempfile
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import psutil

from benchmarks.bodies import readers
from benchmarks.clock import timed
from benchmarks.runner import MIB
from data.geometry import CharacteristicOrders
from data.recording import Recording
from models.bundle import PRETRAINED
from models.envelope_rule import EnvelopeRule
from service.bodies import read_float32
from service.diagnosis import Diagnosis
from service.engine import Engine
from service.question import Query
from service.registry import Registry

SPEED_AND_BEARING = "speed and bearing given"
SPEED = "speed given"
NOTHING = "nothing given"
PARTS = {
    "read": ("decode",),
    "front end": ("front_end",),
    "graph": ("graph",),
    "evidence and checks": ("sensor_check", "speed", "evidence"),
    "second reading": ("second_reading",),
}
"""Stages of `service.diagnosis.Timing`. A second reading is made where the signal shows another speed than is given."""


class Asker:
    """Asks about the recording in `file`: samples, `rate_hz`, `speed_rpm` and the `orders` of its bearing."""

    def __init__(self, file: str) -> None:
        self._engine = Engine(Registry.load(PRETRAINED).bundles)
        with np.load(file) as arrays:
            self._samples = np.asarray(arrays["samples"], dtype="<f4")
            self._rate_hz, self._speed_rpm = float(arrays["rate_hz"]), float(arrays["speed_rpm"])
            self._orders = dict(zip(CharacteristicOrders.__dataclass_fields__, arrays["orders"].tolist(), strict=True))

    def diagnose(self, given: str, seconds: float) -> dict[str, Any]:
        """`wall_ms` and `cpu_ms` of one request from bytes to diagnosis, and `parts_ms` of the latter.

        A signal of `seconds` is the recording, cut or repeated. One thread works, so that the parts share the
        processor time as they share the clock.
        """
        body = np.resize(self._samples, round(seconds * self._rate_hz)).tobytes()
        query = self._query(given)
        began, began_cpu = perf_counter(), process_time()
        question = read_float32(body, query)
        decoded = perf_counter()
        answer = self._engine.diagnose(question.recording, warnings=question.warnings)
        wall, cpu = perf_counter() - began, process_time() - began_cpu
        stages = _stages(answer) | {"decode": 1e3 * (decoded - began)}
        parts = {part: cpu / wall * sum(stages[each] for each in names) for part, names in PARTS.items()}
        return {"wall_ms": 1e3 * wall, "cpu_ms": 1e3 * cpu, "parts_ms": parts}

    def windows(self) -> int:
        """Of the recording, in the bundle `order`: positions times bands, each one run of the graph."""
        values = self._engine.bundles["order"].manifest.front_end.windows(self._recording()).values
        return int(values.shape[0] * values.shape[1])

    def rule(self) -> float:
        """Processor milliseconds of the envelope rule alone."""
        recording = self._recording()
        return 1e3 * timed(lambda: EnvelopeRule().read(recording))[1]

    def bodies(self) -> dict[str, float]:
        """Processor milliseconds to read the recording, by kind of body."""
        with tempfile.TemporaryDirectory() as folder:
            return {kind: 1e3 * timed(read)[1] for kind, read in readers(self._recording(), Path(folder)).items()}

    def graph(self, count: int) -> float:
        """Processor seconds of the bundle `order`'s graph on so many windows."""
        bundle = self._engine.bundles["order"]
        values = bundle.manifest.front_end.windows(self._recording()).values
        windows = np.resize(values.reshape(-1, 1, values.shape[-1]), (count, 1, values.shape[-1]))
        return timed(lambda: bundle.graph.run(windows))[1]

    def resident_mib(self) -> float:
        """Memory of the process."""
        return float(psutil.Process().memory_info().rss / MIB)

    def _recording(self) -> Recording:
        orders = CharacteristicOrders(**self._orders)
        return Recording(self._samples, self._rate_hz, speed_rpm=self._speed_rpm, orders=orders)

    def _query(self, given: str) -> Query:
        bearing = ",".join(f"{name}={order}" for name, order in self._orders.items())
        known = {"speed_rpm": self._speed_rpm, "bearing": bearing}
        kept = {SPEED_AND_BEARING: 2, SPEED: 1, NOTHING: 0}[given]
        return Query.model_validate({"rate_hz": self._rate_hz, **dict(islice(known.items(), kept))})


def _stages(answer: Diagnosis) -> dict[str, float]:
    return {name.removesuffix("_ms"): each for name, each in answer.timing.model_dump().items()}


def write(recording: Recording, file: Path) -> None:
    """What `Asker` loads."""
    assert recording.orders is not None
    orders = [getattr(recording.orders, name) for name in CharacteristicOrders.__dataclass_fields__]
    assert recording.speed_rpm is not None
    np.savez(
        file,
        samples=recording.samples,
        rate_hz=recording.rate_hz,
        speed_rpm=recording.speed_rpm,
        orders=np.array(orders),
    )
