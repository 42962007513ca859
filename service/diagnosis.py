"""What the service answers for one recording; the field names are the public interface."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from data.fault import Fault
from models.bearing_fit import BearingFit
from models.energy import Energy
from models.envelope_rule import Evidence
from models.shaft_speed import SpeedEstimate

Probability = Annotated[float, Field(ge=0, le=1)]


class Verdict(StrEnum):
    """How far an answer goes."""

    DIAGNOSED = "diagnosed"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    SENSOR_FAULT = "sensor_fault"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UsedBundle(_Part):
    """Which version of which model answered."""

    name: str
    version: str


class StatedMissRate(_Part):
    """How often this bundle says "nothing found" about a faulty bearing, and where that was measured."""

    scope: Annotated[str, Field(description="What the test recordings have in common with the training.")]
    missed: int
    of: Annotated[int, Field(description="Faulty recordings tested.")]
    rate: Probability
    interval: Annotated[tuple[Probability, Probability], Field(description="95 %, over recordings.")]


class UnknownScore(_Part):
    """Distance to what was learned; over the threshold the verdict is `unknown`."""

    score: Annotated[float, Field(description="The largest of the distances.")]
    distances: Annotated[dict[str, float], Field(description="By what may be unlike what was learned.")]
    threshold: float


class WindowResult(_Part):
    """One window of the recording, averaged over the bands it was read in."""

    start_s: float
    seconds: float
    fault: Annotated[Fault, Field(description="The most probable in this window alone.")]
    probabilities: dict[Fault, Probability]


class WindowEnergy(_Part):
    """Of one window in all the bands that it is read in: the mean over the recording's windows."""

    paper_nj: float
    full_nj: float


class EnergyStatement(_Part):
    """What the inference would spend on the profile's hardware, summed over all runs of the graph."""

    paper_nj: Annotated[float, Field(description="As SNN papers count: MACs of encoder and head, and SynOps.")]
    full_nj: Annotated[float, Field(description="With neuron updates, attention and memory traffic.")]
    host_nj: Annotated[
        float | None, Field(description="Of this processor, for the same runs; null until it is calibrated.")
    ] = None
    synops: int
    macs: int
    firing_rates: Annotated[dict[str, float], Field(description="Spikes per neuron and timestep, by spike train.")]
    relu_twin_nj: Annotated[Energy, Field(description="The same network with ReLU in place of spikes.")]
    profile: str
    graph_runs: int
    per_window: WindowEnergy


class SignalRead(_Part):
    """What was understood of the question."""

    samples: int
    rate_hz: float
    seconds: float
    speed_rpm: float | None
    bearing: str | None
    channel: Annotated[str | None, Field(description="Which of the file's, or as the question calls it.")] = None
    unit: Annotated[
        str | None,
        Field(
            description="What the samples were understood to be in before they became g: `g`, `m/s2`, `V`, or `counts` "
            "and `full scale`, which are read as they are; null: nothing said it, and they were taken as g."
        ),
    ] = None


class Timing(_Part):
    """Milliseconds of wall clock, by stage."""

    decode_ms: float = 0.0
    sensor_check_ms: float = 0.0
    front_end_ms: float = 0.0
    graph_ms: float = 0.0
    evidence_ms: float = 0.0
    speed_ms: Annotated[float, Field(description="Of estimating the shaft speed.")] = 0.0
    second_reading_ms: Annotated[float, Field(description="Of reading the signal at the estimated speed too.")] = 0.0
    indicators_ms: Annotated[float, Field(description="Of a measuring point's indicators and voices.")] = 0.0
    total_ms: float = 0.0

    def with_further(self, stage: str, ms: float) -> "Timing":
        """One more stage, counted in the total."""
        return self.model_copy(update={stage: round(ms, 3), "total_ms": round(self.total_ms + ms, 3)})


class OtherReading(_Part):
    """The same question asked with the estimated speed in place of the given one; fields as in the diagnosis."""

    speed_rpm: float
    verdict: Verdict
    fault: Fault | None
    message: str
    confidence: Probability | None
    probabilities: dict[Fault, Probability] | None
    evidence: Evidence | None
    bearing_fit: BearingFit | None
    front_end: str | None
    bundle: UsedBundle | None


class Diagnosis(_Part):
    """The answer. `fault`, `confidence` and `miss_rate` are null unless they mean something for this verdict."""

    verdict: Verdict
    fault: Annotated[Fault | None, Field(description="Null unless diagnosed; `normal` means: nothing found.")] = None
    message: Annotated[str, Field(description="The answer in plain words.")]
    reason: Annotated[str | None, Field(description="Why there is no diagnosis.")] = None
    confidence: Annotated[Probability | None, Field(description="Calibrated on recordings.")] = None
    probabilities: dict[Fault, Probability] | None = None
    miss_rate: Annotated[StatedMissRate | None, Field(description="Beside every `normal`.")] = None
    evidence: Annotated[Evidence | None, Field(description="The envelope rule's reading of the same signal.")] = None
    evidence_reason: Annotated[str | None, Field(description="Why there is no evidence.")] = None
    estimated_speed: Annotated[
        SpeedEstimate | None,
        Field(description="The shaft speed as the signal shows it, near the given one or anywhere; null: not read."),
    ] = None
    at_estimated_speed: Annotated[
        OtherReading | None,
        Field(description="Only where the estimate is sure, and no speed was given or one that is over 1 % off."),
    ] = None
    bearing_fit: Annotated[
        BearingFit | None, Field(description="Whether the lines of the envelope are the given bearing's.")
    ] = None
    unknown: UnknownScore | None = None
    window_count: int = 0
    windows: Annotated[list[WindowResult] | None, Field(description="Only where asked for.")] = None
    energy: Annotated[EnergyStatement | None, Field(description="Null where no graph ran.")] = None
    front_end: str | None = None
    front_end_reason: str
    bundle: UsedBundle | None = None
    signal: SignalRead
    warnings: list[str] = []
    id: Annotated[str | None, Field(description="In the store (GET /v1/diagnoses/{id}); null: not kept.")] = None
    request_id: str = ""
    timing: Timing = Timing()
