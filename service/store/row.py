"""A diagnosis as a row of the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from service.diagnosis import Diagnosis
from service.store.packing import pack, pack_condition, pack_probabilities


@dataclass(frozen=True)
class Watched:
    """What a diagnosis was asked about, and what came of it besides the diagnosis.

    Attributes:
        asset, axis: the measuring point, and which of its axes.
        level, severity: what its voices together say; None: the machine was commissioned on it.
        condition: of `service.store.packing.CONDITION` what is known.
    """

    asset: str
    axis: str
    level: str | None = None
    severity: str | None = None
    condition: Mapping[str, float] = field(default_factory=dict)


class Row(TypedDict):
    """The columns of `service.store.tables.StoredDiagnosis`."""

    id: int
    time_us: int
    request_id: str
    source: str | None
    verdict: str
    fault: str | None
    confidence: float | None
    bundle: str | None
    front_end: str | None
    energy_nj: float | None
    speed_rpm: float | None
    answer: bytes
    idempotency_key: str | None
    fingerprint: bytes | None
    asset: str | None
    axis: str | None
    level: str | None
    probabilities: bytes | None
    condition: bytes | None
    severity: str | None


def row(
    identity: int, time_us: int, diagnosis: Diagnosis, answer: bytes, *, source: str | None,
    key: str | None, fingerprint: bytes | None, watched: Watched | None = None,
) -> Row:  # fmt: skip
    """The row of a diagnosis.

    Args:
        answer: its JSON, as it is sent.
        watched: where it was asked about a measuring point.
    """
    used = diagnosis.bundle
    return {
        "id": identity,
        "time_us": time_us,
        "request_id": diagnosis.request_id,
        "source": source,
        "verdict": diagnosis.verdict.value,
        "fault": None if diagnosis.fault is None else diagnosis.fault.value,
        "confidence": diagnosis.confidence,
        "bundle": None if used is None else f"{used.name}/{used.version}",
        "front_end": diagnosis.front_end,
        "energy_nj": None if diagnosis.energy is None else diagnosis.energy.full_nj,
        "speed_rpm": diagnosis.signal.speed_rpm,
        "answer": pack(answer),
        "idempotency_key": key,
        "fingerprint": fingerprint,
        "asset": None if watched is None else watched.asset,
        "axis": None if watched is None else watched.axis,
        "level": None if watched is None else watched.level,
        "probabilities": None if watched is None else pack_probabilities(diagnosis.probabilities),
        "condition": None if watched is None else pack_condition(watched.condition),
        "severity": None if watched is None else watched.severity,
    }
