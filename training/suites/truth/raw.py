"""What the truth table keeps of each cell: every recording's reading, and the figures over the cell's test part."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, PlainSerializer

from data.datasets.entry import Entry
from data.fault import FAULTS, Fault
from models.energy import PROFILES, account
from models.envelope_rule import Evidence
from models.layers import Layer
from models.verdict import Calibration, UnknownCheck
from training.calibration import UNKNOWN_MARGIN
from training.evaluation import evaluate
from training.judging import Judged
from training.suites.truth.variants import Variant
from training.weights import Weights

Rounded = Annotated[float, PlainSerializer(lambda value: float(f"{value:.4g}"), when_used="json")]


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReadRecording(_Kept):
    """One recording as it was read.

    Attributes:
        verdict: the most probable of the four faults, `normal` where nothing was found; of the rule, its own.
        forced: the best of the three faults, `normal` not allowed.
        guesses: windows read as each fault, in the order of `FAULTS`; of the envelope rule none.
        probabilities, calibrated: of the whole recording, in the order of `FAULTS`.
        distances: of the unknown-check, by name.
        z: of the envelope rule, by fault.
    """

    rig: str
    name: str
    bearing: str
    fault: Fault
    load: str
    speed_rpm: float
    verdict: Fault
    forced: Fault
    guesses: tuple[int, ...] = ()
    probabilities: tuple[Rounded, ...] = ()
    calibrated: tuple[Rounded, ...] = ()
    distances: dict[str, Rounded] = {}
    z: dict[Fault, Rounded] = {}

    @property
    def known(self) -> bool:
        """The unknown-check lets it pass; the envelope rule has none."""
        return max(self.distances.values(), default=0.0) <= UNKNOWN_MARGIN

    @property
    def title(self) -> str:
        """`rig/name`."""
        return f"{self.rig}/{self.name}"


class Energy(_Kept):
    """nJ of one graph run in one profile, and what the ReLU twin would spend."""

    paper: Rounded
    full: Rounded
    twin_paper: Rounded
    twin_full: Rounded


class Cost(_Kept):
    """Means of one graph run; `firing_rate` is over all neurons and timesteps, `firing_rates` by spike train."""

    energy: dict[str, Energy]
    synops: Rounded
    macs: Rounded
    firing_rate: Rounded
    firing_rates: dict[str, Rounded]


class Reached(_Kept):
    """Figures over a test part, and its recordings; what is over windows is None for the envelope rule.

    Attributes:
        snr_db: of white noise added to the recordings; None: they were read as they are.
        runs: of the graph: windows times the bands that each recording has.
        missed: faulty recordings read as `normal`. false_alarms: healthy ones that were not.
    """

    snr_db: float | None = None
    windows: int | None = None
    runs: int | None = None
    window_accuracy: float | None = None
    macro_f1: float | None = None
    macro_auroc: float | None = None
    missed: int
    false_alarms: int
    cost: Cost | None = None
    recordings: tuple[ReadRecording, ...]


class Raw(_Kept):
    """One cell's result; `reached` holds one entry, or one for each noise level; `variant` is the envelope rule's."""

    row: str
    protocol: str
    dataset: str
    split: str
    seed: int
    parameters: int | None = None
    steps: int | None = None
    temperature: float | None = None
    unknown_threshold: float | None = None
    variant: Variant | None = None
    reached: tuple[Reached, ...]


def of_network(
    judged: Sequence[Judged],
    weights: Weights,
    calibration: Calibration,
    unknown: UnknownCheck,
    snr_db: float | None = None,
) -> Reached:
    """What a network reached on `judged`; spans of one recording are joined."""
    found = evaluate(judged, weights.layers, calibration)
    read = tuple(_read(parts, calibration, unknown) for parts in _by_recording(judged))
    return Reached(
        snr_db=snr_db,
        windows=found.windows,
        runs=sum(each.runs for each in judged),
        window_accuracy=round(found.window_accuracy, 5),
        macro_f1=round(found.macro_f1, 5),
        macro_auroc=None if np.isnan(found.macro_auroc) else round(found.macro_auroc, 5),
        cost=_cost(judged, weights.layers),
        recordings=read,
        **_counts(read),
    )


def of_rule(evidence: Sequence[tuple[Entry, Evidence]], snr_db: float | None = None) -> Reached:
    """What the envelope rule reached."""
    read = tuple(
        ReadRecording(**_identity(entry), verdict=each.fault, forced=each.forced, z=each.z) for entry, each in evidence
    )
    return Reached(snr_db=snr_db, recordings=read, **_counts(read))


def _read(parts: Sequence[Judged], calibration: Calibration, unknown: UnknownCheck) -> ReadRecording:
    windows = np.concatenate([part.windows for part in parts])
    probabilities = windows.mean(axis=0)
    distances = [part.distances(unknown) for part in parts]
    return ReadRecording(
        **_identity(parts[0].span.entry),
        verdict=FAULTS[int(probabilities.argmax())],
        forced=FAULTS[1 + int(probabilities[1:].argmax())],
        guesses=tuple(np.bincount(windows.argmax(axis=1), minlength=len(FAULTS)).tolist()),
        probabilities=tuple(probabilities.tolist()),
        calibrated=tuple(calibration.apply(probabilities).tolist()),
        distances={name: max(each[name] for each in distances) for name in distances[0]},
    )


def _identity(entry: Entry) -> dict[str, object]:
    fields = ("rig", "name", "bearing", "fault", "load", "speed_rpm")
    return {field: getattr(entry, field) for field in fields}


def _by_recording(judged: Sequence[Judged]) -> list[list[Judged]]:
    parts: dict[Entry, list[Judged]] = {}
    for each in judged:
        parts.setdefault(each.span.entry, []).append(each)
    return list(parts.values())


def _counts(read: Sequence[ReadRecording]) -> dict[str, int]:
    said_normal = [(each.fault is Fault.NORMAL, each.verdict is Fault.NORMAL) for each in read]
    return {"missed": said_normal.count((False, True)), "false_alarms": said_normal.count((True, False))}


def _cost(judged: Sequence[Judged], layers: tuple[Layer, ...]) -> Cost:
    runs = sum(each.runs for each in judged)
    synops = np.sum([each.synops for each in judged], axis=0)
    spikes = np.sum([each.spikes for each in judged], axis=0)
    accounts = {name: account(layers, synops, spikes, runs, profile) for name, profile in PROFILES.items()}
    one = next(iter(accounts.values()))
    neurons = {layer.fed_by: layer.neurons * layer.timesteps for layer in layers if layer.fed_by is not None}
    fired = sum(one.firing_rates[train] * size for train, size in neurons.items())
    return Cost(
        energy={
            name: Energy(
                paper=each.paper_nj / runs,
                full=each.full_nj / runs,
                twin_paper=each.relu_twin_nj.paper / runs,
                twin_full=each.relu_twin_nj.full / runs,
            )
            for name, each in accounts.items()
        },
        synops=one.synops / runs,
        macs=one.macs / runs,
        firing_rate=fired / sum(neurons.values()) if neurons else 0.0,
        firing_rates=one.firing_rates,
    )
