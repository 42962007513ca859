"""What a client asks: the known facts about a signal, from the query and from the body, brought together."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from data.bearing import Bearing
from data.formats.signal import Signal
from data.recording import RATE_LIMITS_HZ, SHORTEST_SAMPLES, SPEED_LIMITS_RPM, Recording
from data.units import SENSITIVITY_LIMITS_MV_G, Calibration, Unit
from service.bearing import BearingGiven, read_bearing
from service.errors import refused
from service.wording import warnings_about

LONGEST_SOURCE = 120
_CONTROL = r"\x00-\x1f\x7f"

RateHz = Annotated[
    float,
    Field(ge=RATE_LIMITS_HZ[0], le=RATE_LIMITS_HZ[1], allow_inf_nan=False, description="Sampling rate, Hz."),
]
SpeedRpm = Annotated[
    float,
    Field(
        ge=SPEED_LIMITS_RPM[0],
        le=SPEED_LIMITS_RPM[1],
        allow_inf_nan=False,
        description="Shaft speed, rpm; with it the service reads the signal over shaft angle.",
    ),
]
BundleName = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9-]*(/\d+\.\d+\.\d+)?$",
        max_length=80,
        description="Forces one bundle by name; else the service takes the most informed one that applies.",
        examples=["order"],
    ),
]
SourceName = Annotated[
    str,
    Field(
        pattern=rf"^[^{_CONTROL}]+$",
        max_length=LONGEST_SOURCE,
        description="Where the signal came from, in your words (a machine, a measuring point); kept with the answer.",
        examples=["mill 3, fan, drive end"],
    ),
]
UnitName = Annotated[
    Literal["g", "m/s2", "V"],
    Field(description="What the samples are in; else what the file says, else g. Counts before what the file says."),
]
SensitivityMvG = Annotated[
    float,
    Field(
        ge=SENSITIVITY_LIMITS_MV_G[0],
        le=SENSITIVITY_LIMITS_MV_G[1],
        allow_inf_nan=False,
        description="Of the sensor, mV/g, where the samples are volts; alone, it says that they are.",
    ),
]
Scale = Annotated[
    float,
    Field(gt=0, le=1e9, allow_inf_nan=False, description="What a one among the samples is, in the unit."),
]
ChannelName = Annotated[
    str,
    Field(min_length=1, max_length=200, description="Of a file with several: by name, or by number from 1."),
]
Sample = Annotated[float, Field(allow_inf_nan=False)]


class Query(BaseModel):
    """The query of `POST /v1/diagnose`; each field may stand in a JSON body instead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate_hz: Annotated[RateHz | None, Field(description="Sampling rate, Hz; required here or in the body.")] = None
    speed_rpm: SpeedRpm | None = None
    bearing: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            description="Designation (6205), geometry (`rolling_elements=9,diameter_ratio=0.2034`, or `9,0.2034`) or "
            "orders (`bpfo=3.58,bpfi=5.42,bsf=2.36,ftf=0.398`); with it and the speed the answer has evidence.",
        ),
    ] = None
    bundle: BundleName | None = None
    source: SourceName | None = None
    unit: UnitName | None = None
    sensitivity_mv_g: SensitivityMvG | None = None
    scale: Annotated[Scale | None, Field(description="What one count is, in the unit; required for int16.")] = None
    channel: ChannelName | None = None
    windows: Annotated[bool, Field(description="Also answer with every window.")] = False


class Facts(BaseModel):
    """What a JSON body says besides its samples."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    rate_hz: Annotated[RateHz | None, Field(description="Sampling rate, Hz; required here or in the query.")] = None
    speed_rpm: SpeedRpm | None = None
    bearing: BearingGiven | None = None
    bundle: BundleName | None = None
    source: SourceName | None = None
    unit: UnitName | None = None
    sensitivity_mv_g: SensitivityMvG | None = None
    scale: Scale | None = None
    channel: Annotated[
        str | None, Field(min_length=1, max_length=200, description="What to call it in the answer.")
    ] = None
    windows: bool = False


class Body(Facts):
    """A JSON body."""

    samples: Annotated[
        list[Sample],
        Field(min_length=SHORTEST_SAMPLES, fail_fast=True, description="Acceleration of one channel, g or `unit`."),
    ]


@dataclass(frozen=True, eq=False)
class Question:
    """A recording, what is asked about it, and what to keep in mind with what was given."""

    recording: Recording
    bundle: str | None = None
    windows: bool = False
    warnings: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, eq=False)
class Given:
    """A signal as it came in, and what was told about it."""

    signal: Signal
    query: Query
    body: Facts | None = None
    source: str | None = None
    warnings: tuple[str, ...] = ()

    def told(self, name: str) -> Any:
        """What was told under a name of `Facts`, in the query or in the body; None: nothing.

        Raises:
            RequestRefused: they say different things.
        """
        return _one(name, self.query, self.body)

    def bearing(self) -> Bearing | None:
        """The bearing that was told.

        Raises:
            RequestRefused: query and body name different ones.
            SignalError: there is none such.
        """
        return _bearing(self.query, self.body)

    def ask(self) -> Question:
        """Brings it together.

        Raises:
            RequestRefused: `rate_hz` stands nowhere, or query and body say different things.
            SignalError: no signal.
        """
        told = {name: self.told(name) for name in Facts.model_fields if name != "bearing"}
        calibration = Calibration(
            None if told["unit"] is None else Unit(told["unit"]), told["sensitivity_mv_g"], told["scale"]
        )
        signal, doubts = self.signal.told(told["rate_hz"], calibration)
        if signal.rate_hz is None:
            raise refused(422, "rate_hz", "is missing, in the query and in the body")
        bearing = self.bearing()
        recording = Recording(
            signal.samples,
            signal.rate_hz,
            speed_rpm=signal.speed_rpm if told["speed_rpm"] is None else told["speed_rpm"],
            orders=None if bearing is None else bearing.orders,
            bearing=None if bearing is None else bearing.name,
            source=self.source or "request",
            channel=told["channel"] if signal.channel is None else signal.channel,
            unit=signal.unit,
        )
        windows = self.query.windows or (self.body is not None and self.body.windows)
        warnings = (*self.warnings, *doubts, *warnings_about(bearing))
        return Question(recording, told["bundle"], windows, warnings, told["source"] or self.source)


def source_of(file_name: str) -> str:
    """A file's name as a source: the end of a long one, without what no source may hold.

    >>> source_of("mill 3\\npump.tdms")
    'mill 3_pump.tdms'
    """
    return re.sub(f"[{_CONTROL}]", "_", file_name)[-LONGEST_SOURCE:]


def joined(query: Query, form: Query) -> Query:
    """One query of two, of which neither contradicts the other.

    Raises:
        RequestRefused: they say different things.
    """
    told = {name: _one(name, query, form) for name in Query.model_fields if name != "windows"}
    return Query.model_construct(**told, windows=query.windows or form.windows)


def limit_length(question: Question, longest_s: float) -> None:
    """A signal that is longer is not read.

    Raises:
        RequestRefused: 422.
    """
    seconds = question.recording.seconds
    if seconds > longest_s:
        raise refused(422, "samples", f"{seconds:.1f} s of signal; at most {longest_s:g} s are read")


def _bearing(query: Query, body: Facts | None) -> Bearing | None:
    asked = None if query.bearing is None else read_bearing(query.bearing)
    said = None if body is None or body.bearing is None else read_bearing(body.bearing)
    # The same bearing can be written in several ways: what was meant counts.
    if asked is not None and said is not None and asked.orders != said.orders:
        raise refused(422, "bearing", f"the query says {query.bearing}, the body another one")
    return said if asked is None else asked


def _one(name: str, query: Query, body: Query | Facts | None) -> Any:
    asked, said = getattr(query, name), getattr(body, name, None)
    if asked is not None and said is not None and asked != said:
        raise refused(422, name, f"the query says {asked}, the body {said}")
    return said if asked is None else asked
