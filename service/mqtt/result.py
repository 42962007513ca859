"""The answer as it is published: small and flat; the whole diagnosis is at `GET /v1/diagnoses/{id}`."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from service.mqtt.reading import Read


class Result(BaseModel):
    """Published retained, with QoS 1, so that the latest of each axis stands on its topic."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    message_id: Annotated[str, Field(description="Of the message, else a hash of its bytes.")]
    asset: str
    axis: str
    received: Annotated[datetime, Field(description="When the first message of the recording came.")]
    recorded: Annotated[datetime | None, Field(description="When it was recorded, where the message says it.")]
    id: Annotated[str, Field(description="Of the diagnosis, for GET /v1/diagnoses/{id}.")]
    verdict: str
    fault: str | None
    confidence: float | None
    message: Annotated[str, Field(description="The verdict, in a sentence.")]
    reason: Annotated[str | None, Field(description="Why there is no fault named.")]
    level: Annotated[
        str | None, Field(description="What all voices say together of a registered asset: quiet, watch, alarm, ...")
    ]
    severity: Annotated[str | None, Field(description="none, low, medium, high; of a registered asset.")]
    advice: Annotated[str | None, Field(description="What to do next; of a registered asset.")]
    speed_rpm: Annotated[float | None, Field(description="That was used: the message's, the mapping's or the asset's.")]
    warnings: list[str]


class _Together(msgspec.Struct):
    """What the voices say together, of a registered asset."""

    level: str | None = None
    severity: str | None = None
    advice: str | None = None


class _Signal(msgspec.Struct):
    """What was diagnosed."""

    speed_rpm: float | None = None


class _Answer(msgspec.Struct):
    """What is taken of a stored answer."""

    id: str
    verdict: str
    message: str
    fault: str | None = None
    confidence: float | None = None
    reason: str | None = None
    warnings: list[str] = []
    combined: _Together = msgspec.field(default_factory=_Together)
    signal: _Signal = msgspec.field(default_factory=_Signal)


def result(got: Read, came_s: float, answer: bytes) -> bytes:
    """The JSON to publish.

    Args:
        came_s: when the first message came, in seconds since 1970.
        answer: the diagnosis as it is stored.
    """
    said = msgspec.json.decode(answer, type=_Answer)
    return Result(
        message_id=got.message_id,
        asset=got.asset,
        axis=got.axis,
        received=datetime.fromtimestamp(came_s, UTC),
        recorded=got.recorded,
        id=said.id,
        verdict=said.verdict,
        fault=said.fault,
        confidence=said.confidence,
        message=said.message,
        reason=said.reason,
        level=said.combined.level,
        severity=said.combined.severity,
        advice=said.combined.advice,
        speed_rpm=said.signal.speed_rpm,
        warnings=said.warnings,
    ).model_dump_json().encode()  # fmt: skip
