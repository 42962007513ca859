"""What an export of the service holds: its lines, and the manifest that answers for them.

    manifest.json        Manifest: sha256 of the three files of lines
    recordings.jsonl     a RecordingLine each: sha256 of its signal
    feedback.jsonl       a FeedbackLine each
    assets.jsonl         an AssetLine each
    signals/<id>.npy     float32 [samples], g
    signature.json       over the manifest, and so over everything; where a key is set

The service writes by these models and training reads by them. Every member is stored as it is, uncompressed, so that
what arrives bounds what reading it can cost.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue
from pydantic.json_schema import models_json_schema

from data.fault import Fault
from data.recording import RATE_LIMITS_HZ, SPEED_LIMITS_RPM

MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
RECORDINGS, FEEDBACK, ASSETS = "recordings.jsonl", "feedback.jsonl", "assets.jsonl"
LINES = (RECORDINGS, FEEDBACK, ASSETS)
LONGEST_NOTE = 2000

Identity = Annotated[str, Field(pattern=r"^[0-7][0-9a-f]{15}$", description="16 hexadecimal digits; grows with time.")]
AssetName = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
        max_length=64,
        description="Of a measuring point, as it was registered.",
        examples=["mill-3.fan.drive-end"],
    ),
]
Words = r"^[^\x00-\x1f\x7f]+$"
AxisName = Annotated[str, Field(pattern=Words, min_length=1, max_length=64, description="Of the measuring point.")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Order = Annotated[float, Field(gt=0, lt=100, description="Events per shaft revolution.")]
Level = Literal["quiet", "watch", "alarm", "no_verdict"]


class Finding(StrEnum):
    """What was found when a machine was opened."""

    NORMAL = "normal"
    INNER_RACE = "inner_race"
    OUTER_RACE = "outer_race"
    ROLLING_ELEMENT = "rolling_element"
    SEVERAL = "several"
    SENSOR_BROKEN = "sensor_broken"
    OTHER = "other"

    @property
    def fault(self) -> Fault | None:
        """The label that it gives; None where it gives none of those that are learned.

        >>> Finding("inner_race").fault, Finding("several").fault
        (<Fault.INNER_RACE: 'inner_race'>, None)
        """
        return Fault(self.value) if self.value in set(Fault) else None


class Why(StrEnum):
    """Why a recording was worth keeping."""

    DAILY = "daily"
    LOW_CONFIDENCE = "low_confidence"
    UNKNOWN = "unknown"
    WATCH = "watch"
    ALARM = "alarm"
    BEFORE_ALARM = "before_alarm"
    ASKED = "asked"
    BASELINE = "baseline"


class _Exported(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Orders(_Exported):
    """Of the bearing."""

    bpfo: Order
    bpfi: Order
    bsf: Order
    ftf: Order


class Answer(_Exported):
    """What the service said about a recording; all of it is `GET /v1/diagnoses/{id}` as long as it is kept."""

    verdict: Annotated[str, Field(max_length=20)]
    fault: Fault | None
    confidence: Annotated[float | None, Field(ge=0, le=1)]
    level: Level | None
    bundle: Annotated[str | None, Field(max_length=80, description="NAME/VERSION.")]


class RecordingLine(_Exported):
    """One kept recording."""

    id: Annotated[Identity, Field(description="Of its diagnosis.")]
    asset: AssetName
    axis: AxisName
    time: Annotated[AwareDatetime, Field(description="What the service's clock said when it answered.")]
    rate_hz: Annotated[float, Field(ge=RATE_LIMITS_HZ[0], le=RATE_LIMITS_HZ[1])]
    speed_rpm: Annotated[float | None, Field(ge=SPEED_LIMITS_RPM[0], le=SPEED_LIMITS_RPM[1])]
    bearing: Annotated[str | None, Field(max_length=200, description="A designation, or how it was given.")]
    orders: Orders | None
    unit: Literal["g"] = "g"
    file: Annotated[str, Field(pattern=r"^signals/[0-7][0-9a-f]{15}\.npy$")]
    sha256: Sha256
    bytes: Annotated[int, Field(ge=1)]
    why: Annotated[list[Why], Field(min_length=1)]
    answer: Answer


class FeedbackLine(_Exported):
    """What somebody found when a machine was opened."""

    id: Identity
    asset: AssetName
    time: Annotated[AwareDatetime, Field(description="When it was said.")]
    finding: Finding
    opened: Annotated[AwareDatetime, Field(description="When the machine was opened.")]
    by: Annotated[str, Field(pattern=Words, min_length=1, max_length=120)]
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    diagnosis: Annotated[Identity | None, Field(description="The one that it is about, where it is about one.")] = None
    corrects: Annotated[Identity | None, Field(description="Feedback that this one takes the place of.")] = None


class AssetLine(_Exported):
    """A measuring point as it was registered."""

    id: AssetName
    registered: dict[str, JsonValue]


class Counts(_Exported):
    """How many there are; what was kept once and could not be exported is no line."""

    recordings: Annotated[int, Field(ge=0)]
    feedback: Annotated[int, Field(ge=0)]
    assets: Annotated[int, Field(ge=0)]
    deleted: Annotated[int, Field(ge=0, description="Recordings that went by retention while it was made.")] = 0
    damaged: Annotated[int, Field(ge=0, description="Recordings that are not any more as they were written.")] = 0


class Manifest(_Exported):
    """What the export is, and the sha256 of its files of lines."""

    schema_version: Literal[1] = 1
    made_at: AwareDatetime
    made_by: Annotated[str, Field(max_length=80, description="Version of Brinell.")]
    counts: Counts
    sha256: Annotated[dict[str, Sha256], Field(description="By file.")]


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the manifest and of each kind of line."""
    models: list[Any] = [(kind, "serialization") for kind in (Manifest, RecordingLine, FeedbackLine, AssetLine)]
    _, schema = models_json_schema(models, title="Export of Brinell")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def file_of(identity: str) -> str:
    """The member that holds a recording's signal.

    >>> file_of("0123456789abcdef")
    'signals/0123456789abcdef.npy'
    """
    return f"signals/{identity}.npy"
