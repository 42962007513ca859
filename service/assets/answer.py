"""What is answered about a measuring point: each axis by itself, and which of them is the worst."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.assets.worst import Worst, worst
from service.diagnosis import Diagnosis


class AssetDiagnosis(BaseModel):
    """The answer of `POST /v1/assets/{id}/diagnose`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: str
    axes: Annotated[dict[str, Diagnosis], Field(description="By the name of the axis, as `POST /v1/diagnose` answers.")]
    worst: Annotated[Worst, Field(description="The axis that stands for the point.")]


def together(asset: str, answers: Mapping[str, bytes]) -> AssetDiagnosis:
    """Of the stored answers, each as JSON, by axis."""
    axes = {axis: Diagnosis.model_validate_json(answer) for axis, answer in answers.items()}
    return AssetDiagnosis(asset=asset, axes=axes, worst=worst(axes))
