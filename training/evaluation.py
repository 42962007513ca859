"""What a network reaches on recordings that it was not trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.fault import FAULTS, Fault
from models.energy import PROFILES, account
from models.layers import Layer
from models.manifest import Figure, MissRate, Rate, Summary
from models.verdict import Calibration, UnknownCheck
from training.judging import Judged
from training.metrics import Share, calibration_error, confusion, macro_auroc, macro_f1


@dataclass(frozen=True)
class Evaluation:
    """Figures over a test part.

    Attributes:
        windows: all windows; `window_accuracy`, `macro_f1`, `macro_auroc` are over them.
        recordings: recordings read right, of all; `missed` faulty ones read as normal; `false_alarms` healthy ones not.
        misread: the wrong ones, each "rig/name as fault".
        window_ece, recording_ece: expected calibration error.
        paper_nj, full_nj: mean energy of one graph run, as `twin_...` of the ReLU twin; `macs`, `synops` of the same.
        firing_rates: spikes per neuron and timestep, by layer.
        table: windows [true fault][guessed fault].
    """

    windows: int
    window_accuracy: float
    macro_f1: float
    macro_auroc: float
    recordings: Share
    missed: Share
    false_alarms: Share
    misread: tuple[str, ...]
    window_ece: float
    recording_ece: float
    paper_nj: float
    full_nj: float
    twin_paper_nj: float
    twin_full_nj: float
    synops: float
    macs: float
    firing_rates: dict[str, float]
    table: tuple[tuple[int, ...], ...]


def evaluate(judged: Sequence[Judged], layers: tuple[Layer, ...], calibration: Calibration) -> Evaluation:
    """All figures of `judged`; energy in the profile float32."""
    windows = calibration.apply(np.concatenate([each.windows for each in judged]))
    window_labels = np.repeat([each.label for each in judged], [len(each.windows) for each in judged])
    recordings = calibration.apply(np.stack([each.probabilities for each in judged]))
    labels = np.array([each.label for each in judged])
    guesses = recordings.argmax(axis=1)
    runs = sum(each.runs for each in judged)
    energy = account(
        layers,
        np.sum([each.synops for each in judged], axis=0),
        np.sum([each.spikes for each in judged], axis=0),
        runs,
        PROFILES["float32"],
    )
    normal = labels == FAULTS.index(Fault.NORMAL)
    said_normal = guesses == FAULTS.index(Fault.NORMAL)
    return Evaluation(
        windows=len(windows),
        window_accuracy=float(np.mean(windows.argmax(axis=1) == window_labels)),
        macro_f1=macro_f1(window_labels, windows.argmax(axis=1)),
        macro_auroc=macro_auroc(window_labels, windows),
        recordings=_share(guesses == labels),
        missed=_share(said_normal[~normal]),
        false_alarms=_share(~said_normal[normal]),
        misread=tuple(
            f"{each.span.entry.rig}/{each.span.entry.name} as {FAULTS[guess]}"
            for each, guess in zip(judged, guesses, strict=True)
            if guess != each.label
        ),
        window_ece=calibration_error(window_labels, windows),
        recording_ece=calibration_error(labels, recordings),
        paper_nj=energy.paper_nj / runs,
        full_nj=energy.full_nj / runs,
        twin_paper_nj=energy.relu_twin_nj.paper / runs,
        twin_full_nj=energy.relu_twin_nj.full / runs,
        synops=energy.synops / runs,
        macs=energy.macs / runs,
        firing_rates=energy.firing_rates,
        table=tuple(map(tuple, confusion(window_labels, windows.argmax(axis=1), len(FAULTS)).tolist())),
    )


def figures(judged: Sequence[Judged]) -> tuple[Figure, ...]:
    """One figure for each fault of each rig, in the manifest's form."""
    kinds = sorted({(each.span.entry.rig, each.label) for each in judged})
    return tuple(
        _figure(rig, [each for each in judged if (each.span.entry.rig, each.label) == (rig, label)])
        for rig, label in kinds
    )


def summary(found: Evaluation, judged: Sequence[Judged], check: UnknownCheck) -> Summary:
    """The manifest's form of an evaluation of `judged`."""
    unlike = [each for each in judged if max(each.distances(check).values()) > check.threshold]
    counts = {
        "unknown": tuple(f"{each.span.entry.rig}/{each.span.entry.name}" for each in unlike),
        "recordings": found.recordings.total,
        "recordings_right": found.recordings.right,
        "false_alarms": found.false_alarms.right,
    }
    same = {name: getattr(found, name) for name in Summary.model_fields if name not in counts}
    return Summary(**counts, **same)


def miss_rate(judged: Sequence[Judged], never_seen: bool) -> MissRate:
    """Faulty recordings that were read as normal, of machines that training has seen or has not."""
    rate = _missed(judged)
    return MissRate(never_seen=rate) if never_seen else MissRate(same_machine=rate)


def _missed(judged: Sequence[Judged]) -> Rate:
    faulty = [each for each in judged if each.fault is not Fault.NORMAL]
    normal = FAULTS.index(Fault.NORMAL)
    missed = _share(np.array([each.probabilities.argmax() == normal for each in faulty]))
    return Rate(missed=missed.right, of=missed.total, interval=missed.interval())


def _figure(rig: str, judged: Sequence[Judged]) -> Figure:
    hits = np.concatenate([each.windows.argmax(axis=1) == each.label for each in judged])
    right = _share(np.array([each.probabilities.argmax() == each.label for each in judged]))
    parts = sorted({(each.span.start, each.span.stop) for each in judged})
    return Figure(
        rig=rig,
        fault=judged[0].fault,
        span=", ".join(_described(*part) for part in parts),
        windows=len(hits),
        window_accuracy=float(hits.mean()),
        recordings=right.total,
        recordings_right=right.right,
        interval=right.interval(),
    )


def _described(start: float, stop: float) -> str:
    return "whole recordings" if (start, stop) == (0, 1) else f"{start:.0%} to {stop:.0%} of each recording"


def _share(which: np.ndarray) -> Share:
    return Share(int(which.sum()), len(which))
