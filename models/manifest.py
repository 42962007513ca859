"""What a bundle says about itself: one versioned model, with a JSON schema written beside it."""

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data.fault import Fault
from data.front_ends import FrontEnd
from models.layers import Layer
from models.network import NetworkConfig
from models.verdict import Calibration, UnknownCheck

NAME = r"^[a-z][a-z0-9-]*$"
VERSION = r"^\d+\.\d+\.\d+$"
IDENTITY = f"{NAME[:-1]}/{VERSION[1:]}"
"""`name/version`."""

Probability = Annotated[float, Field(ge=0, le=1)]
Interval = tuple[Probability, Probability]

Reads = Literal["nothing", "order", "amplitude", "both"]
"""What a network reads (`training.controls.word`): the order of things, their amplitude, both, or neither."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Part):
    """What was reached on one fault of one rig; `interval` (95 %) is over recordings, never over windows.

    Attributes:
        span: which part of the recordings was tested ("whole recordings", "last 25 %").
        window_accuracy: share of windows read right.
        recordings_right: of `recordings`, how many were read right.
    """

    rig: str
    fault: Fault
    span: str
    windows: int
    window_accuracy: Probability
    recordings: int
    recordings_right: int
    interval: Interval


class Rate(_Part):
    """`missed` of `of` faulty recordings were read as nothing found, with a 95 % interval."""

    missed: int
    of: int
    interval: Interval

    @property
    def share(self) -> float:
        """Missed over all; 0 where nothing was counted."""
        return self.missed / self.of if self.of else 0.0


class MissRate(_Part):
    """How often "nothing found" is wrong, by how far the test was from training; null where that was not measured.

    Attributes:
        same_machine: recordings of the machines that were trained on.
        never_seen: recordings of machines that were not, by this network or by the worst of others of its kind, trained
            without the machine.
    """

    same_machine: Rate | None = None
    never_seen: Rate | None = None

    @model_validator(mode="after")
    def _measured(self) -> "MissRate":
        if self.same_machine is None and self.never_seen is None:
            raise ValueError("miss_rate: neither same_machine nor never_seen is there")
        return self


class Summary(_Part):
    """What was reached on all tested rigs together; energies (float32 profile) and counts are means of one graph run.

    Attributes:
        macro_f1: over windows, every fault weighing alike; `window_ece` over windows.
        misread: recordings read wrong, each "rig/name as fault", whether the unknown-check lets them pass or not.
        unknown: recordings that the unknown-check does not let pass, each "rig/name".
        recording_ece: over recordings.
        firing_rates: spikes per neuron and timestep, by spike train.
    """

    windows: int
    window_accuracy: Probability
    macro_f1: Probability
    macro_auroc: Probability
    recordings: int
    recordings_right: int
    false_alarms: int
    misread: tuple[str, ...]
    unknown: tuple[str, ...]
    window_ece: Probability
    recording_ece: Probability
    paper_nj: float
    full_nj: float
    twin_paper_nj: float
    twin_full_nj: float
    synops: float
    macs: float
    firing_rates: dict[str, float]


class TrainingData(_Part):
    """A dataset that the bundle learned from, and on what terms."""

    dataset: str
    licence: str
    citation: str
    recordings: int


class Port(_Part):
    """An input or output of the graph; a dimension is a number, or a name where it may vary."""

    name: str
    shape: tuple[int | str, ...]


class Manifest(_Part):
    """One version of one model as shipped.

    Attributes:
        faults: in the order of the logits.
        reads: what its answers hang on, measured on the same test as the figures.
        layers: per-layer fan-outs and MACs, for the energy account.
        envelope_threshold: z from which the envelope rule names a fault (set as `models.envelope_rule` says).
        inputs: of `model.onnx`, as `outputs`.
        files: sha256 by file name, of everything in the folder but the manifest.
        tools: versions that the run was trained with.
    """

    schema_version: Literal[1] = 1
    name: Annotated[str, Field(pattern=NAME)]
    version: Annotated[str, Field(pattern=VERSION)]
    faults: tuple[Fault, ...]
    front_end: FrontEnd
    network: NetworkConfig
    reads: Reads
    layers: tuple[Layer, ...]
    calibration: Calibration
    unknown_check: UnknownCheck
    envelope_threshold: float
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    figures: tuple[Figure, ...]
    summary: Summary
    miss_rate: MissRate
    training_data: tuple[TrainingData, ...]
    protocol: str
    seed: int
    tools: dict[str, str]
    trained_on: datetime.date
    files: dict[Annotated[str, Field(pattern=r"^\w[\w.-]*$")], Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = {}

    @property
    def identity(self) -> str:
        """`name/version`, as in the folder's path."""
        return f"{self.name}/{self.version}"

    @model_validator(mode="after")
    def _consistent(self) -> "Manifest":
        if len(set(self.faults)) != len(self.faults):
            raise ValueError("a fault stands twice")
        if len(self.unknown_check.means) != len(self.faults):
            raise ValueError(f"{len(self.unknown_check.means)} feature means for {len(self.faults)} faults")
        return self
