"""What the service says about itself and its bundles."""

import datetime
from typing import Literal

from pydantic import BaseModel, Field

from data.fault import Fault
from data.front_ends import FrontEnd
from models.manifest import Figure, Manifest, MissRate, TrainingData
from service.snapshot import Snapshot, Version


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Ready where at least one bundle is whole and right on this processor."""

    ready: bool
    bundles: list[str] = Field(examples=[["aligned/1.0.0", "order/1.0.0", "time/1.0.0"]])
    refused: dict[str, str] = Field(description="Reason by bundle.", examples=[{}])
    warnings: list[str] = Field(description="What keeps nothing from being answered, and should be seen to.")
    mqtt: str | None = Field(default=None, description="`connected`, or what is wrong; not there without a broker.")

    @classmethod
    def of(cls, snapshot: Snapshot, warning: str | None = None, mqtt: str | None = None) -> "Readiness":
        """As it stands; a `warning` of the store's, and the state of the `mqtt` bridge."""
        names = [bundle.identity for bundle in snapshot.bundles.values()]
        warnings = [] if warning is None else [warning]
        return cls(ready=bool(names), bundles=names, refused=dict(snapshot.refused), warnings=warnings, mqtt=mqtt)


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
    signature: str | None = Field(description="Who signed it, or what is wrong; null: signatures are not looked at.")


class Models(BaseModel):
    """The bundles that answer, and those that were refused."""

    bundles: list[Model]
    refused: dict[str, str]
    challenger: str | None = Field(description="What answers in the shadow.")

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Models":
        """As it stands."""
        return cls(
            bundles=[
                summary(bundle.manifest, snapshot.signatures.get(bundle.identity))
                for bundle in snapshot.bundles.values()
            ],
            refused=dict(snapshot.refused),
            challenger=None if snapshot.challenger is None else snapshot.challenger.identity,
        )


class Versions(BaseModel):
    """The versions of one bundle in the folder, the newest first."""

    name: str
    versions: list[Version]
    before: str | None = Field(description="What a rollback would activate.")


class Card(BaseModel):
    """What is written of one version, whether it answers or not."""

    model: Model
    card: str | None = Field(description="README.md of its folder, Markdown.")


def summary(manifest: Manifest, signature: str | None) -> Model:
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
        signature=signature,
    )
