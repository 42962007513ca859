"""What the service says about itself and its bundles."""

import datetime
from typing import Literal

from pydantic import BaseModel, Field

from data.fault import Fault
from data.front_ends import FrontEnd
from models.manifest import Figure, Manifest, MissRate, TrainingData
from service.registry import Registry


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Ready where at least one bundle is whole and right on this processor."""

    ready: bool
    bundles: list[str] = Field(examples=[["aligned/1.0.0", "order/1.0.0", "time/1.0.0"]])
    refused: dict[str, str] = Field(description="Reason by bundle.", examples=[{}])

    @classmethod
    def of(cls, registry: Registry) -> "Readiness":
        """As it stands."""
        names = [bundle.identity for bundle in registry.bundles.values()]
        return cls(ready=bool(names), bundles=names, refused=dict(registry.refused))


class Model(BaseModel):
    """A bundle in short; its folder has the whole manifest and the model card."""

    name: str
    version: str
    faults: list[Fault]
    front_end: FrontEnd
    timesteps: list[int]
    protocol: str
    figures: list[Figure] = Field(description="Reached on what it did not train on, by rig and fault.")
    miss_rate: MissRate
    calibrated_on_recordings: int
    training_data: list[TrainingData]
    trained_on: datetime.date


class Models(BaseModel):
    """The bundles that answer, and those that were refused."""

    bundles: list[Model]
    refused: dict[str, str]


def summary(manifest: Manifest) -> Model:
    """What a client wants to know of a bundle."""
    return Model(
        name=manifest.name,
        version=manifest.version,
        faults=list(manifest.faults),
        front_end=manifest.front_end,
        timesteps=list(manifest.network.timesteps),
        protocol=manifest.protocol,
        figures=list(manifest.figures),
        miss_rate=manifest.miss_rate,
        calibrated_on_recordings=manifest.calibration.recordings,
        training_data=list(manifest.training_data),
        trained_on=manifest.trained_on,
    )
