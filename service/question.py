"""What a client asks: the known facts about a signal, from the query and from the body, brought together."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from data.bearing import Bearing
from data.recording import RATE_LIMITS_HZ, SHORTEST_SAMPLES, SPEED_LIMITS_RPM, Recording
from service.bearing import BearingGiven, read_bearing
from service.errors import refused
from service.wording import warnings_about

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
        pattern=r"^[^\x00-\x1f\x7f]+$",
        max_length=120,
        description="Where the signal came from, in your words (a machine, a measuring point); kept with the answer.",
        examples=["mill 3, fan, drive end"],
    ),
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
    windows: Annotated[bool, Field(description="Also answer with every window.")] = False


class Body(BaseModel):
    """A JSON body."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    samples: Annotated[
        list[Sample],
        Field(min_length=SHORTEST_SAMPLES, fail_fast=True, description="Acceleration of one channel, g."),
    ]
    rate_hz: Annotated[RateHz | None, Field(description="Sampling rate, Hz; required here or in the query.")] = None
    speed_rpm: SpeedRpm | None = None
    bearing: BearingGiven | None = None
    bundle: BundleName | None = None
    source: SourceName | None = None
    windows: bool = False


@dataclass(frozen=True, eq=False)
class Question:
    """A recording, what is asked about it, and what to keep in mind with what was given."""

    recording: Recording
    bundle: str | None = None
    windows: bool = False
    warnings: tuple[str, ...] = ()
    source: str | None = None


def ask(samples: NDArray[np.float32], query: Query, body: Body | None = None) -> Question:
    """Joins query and body.

    Raises:
        RequestRefused: `rate_hz` stands nowhere, or query and body say different things.
        SignalError: no signal.
    """
    facts = {name: _one(name, query, body) for name in ("rate_hz", "speed_rpm", "bundle", "source")}
    if facts["rate_hz"] is None:
        raise refused(422, "rate_hz", "is missing, in the query and in the body")
    bearing = _bearing(query, body)
    recording = Recording(
        samples,
        facts["rate_hz"],
        speed_rpm=facts["speed_rpm"],
        orders=None if bearing is None else bearing.orders,
        bearing=None if bearing is None else bearing.name,
        source="request",
    )
    windows = query.windows or (body is not None and body.windows)
    return Question(recording, facts["bundle"], windows, warnings_about(bearing), facts["source"])


def limit_length(question: Question, longest_s: float) -> None:
    """A signal that is longer is not read.

    Raises:
        RequestRefused: 422.
    """
    seconds = question.recording.seconds
    if seconds > longest_s:
        raise refused(422, "samples", f"{seconds:.1f} s of signal; at most {longest_s:g} s are read")


def _bearing(query: Query, body: Body | None) -> Bearing | None:
    asked = None if query.bearing is None else read_bearing(query.bearing)
    said = None if body is None or body.bearing is None else read_bearing(body.bearing)
    # The same bearing can be written in several ways: what was meant counts.
    if asked is not None and said is not None and asked.orders != said.orders:
        raise refused(422, "bearing", f"the query says {query.bearing}, the body another one")
    return said if asked is None else asked


def _one(name: str, query: Query, body: Body | None) -> Any:
    asked, said = getattr(query, name), getattr(body, name, None)
    if asked is not None and said is not None and asked != said:
        raise refused(422, name, f"the query says {asked}, the body {said}")
    return said if asked is None else asked
