"""A measuring point of a machine, as an engineer registers it; whatever is told once need not be told each time."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from data.errors import SignalError
from data.recording import SPEED_LIMITS_RPM
from service.bearing import BearingGiven, read_bearing
from service.question import ChannelName, SensitivityMvG, UnitName

ASSET_ID = r"^[a-z0-9][a-z0-9._-]{0,63}$"
AXIS_NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}$"
PLAIN = r"^[^\x00-\x1f\x7f]+$"
MOST_AXES = 16
"""As many as one request may be answered with (`service.store.store.MOST_PARTS`)."""

AssetId = Annotated[
    str,
    Field(pattern=ASSET_ID, max_length=64, description="A word of your own for the point.", examples=["mill-3.fan.de"]),
]
AxisName = Annotated[str, Field(pattern=AXIS_NAME, max_length=32, examples=["x"])]
Name = Annotated[str, Field(pattern=PLAIN, max_length=120)]
Rpm = Annotated[float, Field(ge=SPEED_LIMITS_RPM[0], le=SPEED_LIMITS_RPM[1], allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Axis(_Part):
    """One direction of the point: a channel of its recordings, with a sensor of its own."""

    name: AxisName
    channel: Annotated[
        ChannelName | None,
        Field(description="Of a recording with several, by name, or by number from 1; null: as the axis is called."),
    ] = None
    unit: UnitName | None = None
    sensitivity_mv_g: SensitivityMvG | None = None

    @model_validator(mode="after")
    def _sensitivity_of_volts(self) -> Self:
        if self.unit is not None and (self.unit == "V") != (self.sensitivity_mv_g is not None):
            raise ValueError("sensitivity_mv_g goes with volts (unit V), and volts with it")
        return self


class Fixed(_Part):
    """The shaft turns at one speed."""

    kind: Literal["fixed"]
    rpm: Rpm


class Range(_Part):
    """The shaft turns somewhere between two speeds; each request says at which."""

    kind: Literal["range"]
    lowest_rpm: Rpm
    highest_rpm: Rpm

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lowest_rpm >= self.highest_rpm:
            raise ValueError("lowest_rpm must be below highest_rpm")
        return self


class GivenEachTime(_Part):
    """Each request says at which speed the shaft turned."""

    kind: Literal["given"]


Speed = Annotated[Fixed | Range | GivenEachTime, Field(discriminator="kind")]


class MachineClass(_Part):
    """By ISO 20816-3: group 1 is above 300 kW, group 2 above 15 kW up to 300 kW."""

    group: Annotated[Literal[1, 2], Field(description="1: above 300 kW; 2: above 15 kW up to 300 kW.")]
    foundation: Annotated[
        Literal["rigid", "flexible"],
        Field(description="Rigid: its lowest natural frequency lies a quarter or more above the shaft's."),
    ]


def _known_bearing(given: BearingGiven) -> BearingGiven:
    try:
        read_bearing(given)
    except SignalError as error:
        raise ValueError(error.reason) from None
    return given


def _told_apart(axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    if len({axis.name for axis in axes}) < len(axes):
        raise ValueError("two axes have one name")
    if len({axis.channel or axis.name for axis in axes}) < len(axes):
        raise ValueError("two axes are one channel")
    return axes


Machine = Annotated[Name, Field(examples=["mill 3"])]
Point = Annotated[Name, Field(description="Where on the machine.", examples=["fan, drive end"])]
Axes = Annotated[
    tuple[Axis, ...],
    AfterValidator(_told_apart),
    # Counted after each axis was read, so that a wrong one is not also said to be missing.
    Field(
        min_length=1,
        max_length=MOST_AXES,
        description="Each is diagnosed by itself; no two of one name.",
        json_schema_extra={"minItems": 1, "maxItems": MOST_AXES},
    ),
]
KnownBearing = Annotated[BearingGiven, AfterValidator(_known_bearing)]
Notes = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]


class Facts(_Part):
    """What is known about a measuring point; null: not known."""

    machine: Machine
    point: Point
    axes: Axes
    bearing: KnownBearing | None = None
    speed: Speed | None = None
    machine_class: MachineClass | None = None
    notes: Notes = ""


class Changes(_Part):
    """Some of it, to be changed; what is left out stays. Only what was named counts: the defaults are never read."""

    machine: Machine = Field(default_factory=str)
    point: Point = Field(default_factory=str)
    axes: Axes = Field(default_factory=tuple)
    bearing: KnownBearing | None = None
    speed: Speed | None = None
    machine_class: MachineClass | None = None
    notes: Notes = Field(default_factory=str)


class Asset(Facts):
    """A measuring point, and the word that it is known by."""

    id: AssetId


class Registered(Asset):
    """An asset as it is kept."""

    created: datetime
    changed: datetime
