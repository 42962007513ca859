"""What is answered about a measuring point: each axis by itself, and which of them is the worst."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from data.fault import Fault
from data.indicators import Indicators
from models.baseline import Change
from models.voices import Heard, Level, Severity
from service.assets.worst import Worst, worst
from service.diagnosis import Diagnosis


class Together(BaseModel):
    """What the three voices say together (docs/decisions/three-voices.md)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Annotated[
        Level,
        Field(description="`quiet`, `watch` (measure again soon), `alarm` (plan to act), `no_verdict`."),
    ]
    fault: Annotated[Fault | None, Field(description="Named by the voices that found one, where they agree.")]
    rule: Annotated[str, Field(description="The row of the table that joined them.")]
    severity: Annotated[Severity, Field(description="The worst of zone, growth over the limit and number of voices.")]
    advice: Annotated[str, Field(description="What to do next, and what to check first where something is in doubt.")]


class AxisDiagnosis(Diagnosis):
    """The diagnosis of one axis of a measuring point."""

    indicators: Annotated[Indicators, Field(description="To five digits; docs/indicators.md says what each is.")]
    voices: Annotated[tuple[Heard, ...], Field(description="Network, evidence and change, each as it was heard.")]
    change: Annotated[
        Change | None, Field(description="From this machine's healthy recordings; null: the voice says why.")
    ]
    combined: Together


class AssetDiagnosis(BaseModel):
    """The answer of `POST /v1/assets/{id}/diagnose`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: str
    axes: Annotated[dict[str, AxisDiagnosis], Field(description="By the name of the axis.")]
    worst: Annotated[Worst, Field(description="The axis that stands for the point.")]


def together(asset: str, answers: Mapping[str, bytes]) -> AssetDiagnosis:
    """Of the stored answers, each as JSON, by axis."""
    axes = {axis: AxisDiagnosis.model_validate_json(answer) for axis, answer in answers.items()}
    told = {axis: (each, each.combined) for axis, each in axes.items()}
    return AssetDiagnosis(asset=asset, axes=axes, worst=worst(told))
