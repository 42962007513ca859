"""The probe for the source's rate: can the original sampling rate be told from what a network reads? Chance is the aim.

MFPT's outer race is the one fault with two rates on one rig: OuterRaceFault_1 to 3 at 97,656 Hz, vload_1 to 6 at
48,828 Hz. The loads differ too (270 lbs against 25 to 250), so a probe that succeeds may read the load. Two answers to
that stand beside it: the same probe asked for the load at one rate (vload_1 to 3 against 4 to 6), and the recordings at
97,656 Hz brought to 48,828 Hz first: a probe that calls as many of them high as before
reads not the rate, but load or recording.

In each fold one recording of either kind is left out, so that both kinds lose one and nothing can be won by counting.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from data.fault import FAULTS, Fault
from data.recording import Recording
from models.verdict import over_bands
from training.config import TrainingConfig
from training.controls.fitting import fit

SPECTRUM_BINS = 64
NETWORK_STEPS = 150


@dataclass(frozen=True)
class Question:
    """Recordings of MFPT that are `high` in something, and others that are low."""

    high: tuple[str, ...]
    low: tuple[str, ...]

    def folds(self) -> list[tuple[str, str]]:
        """Pairs to leave out: every recording at least once, the fewer ones in turn."""
        count = max(len(self.high), len(self.low))
        return [(self.high[at % len(self.high)], self.low[at % len(self.low)]) for at in range(count)]


QUESTIONS = {
    "rate": Question(
        tuple(f"OuterRaceFault_{number}" for number in (1, 2, 3)),
        tuple(f"OuterRaceFault_vload_{number}" for number in range(1, 7)),
    ),
    "load": Question(
        tuple(f"OuterRaceFault_vload_{number}" for number in (4, 5, 6)),
        tuple(f"OuterRaceFault_vload_{number}" for number in (1, 2, 3)),
    ),
}
Recordings = Mapping[str, Recording]
High = NDArray[np.float64]
"""[positions, bands], the probability of "high"."""

Told = Callable[[Recording], High]
Probe = Callable[[TrainingConfig, Recordings, Sequence[str], Question, Path], Told]
"""Learns from the recordings named; what it says of another one."""


def spectra(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log energies [N, bins] in equal parts of the spectrum of windows [N, 1, length]."""
    power = np.abs(np.fft.rfft(windows[:, 0])[:, 1:]) ** 2
    parts = np.array_split(power, min(SPECTRUM_BINS, power.shape[1]), axis=1)
    return np.log(np.stack([part.mean(axis=1) for part in parts], axis=1) + 1e-9).astype(np.float32)


def numbers(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """What stands in windows [N, 1, length] as it is: for those that are spectra already."""
    return windows[:, 0]


def network_probe(
    config: TrainingConfig, recordings: Recordings, names: Sequence[str], question: Question, folder: Path
) -> Told:
    """A fresh network of the configuration; "high" and "low" stand in the places of two faults."""
    high, low = Fault.INNER_RACE, Fault.OUTER_RACE
    marked = [replace(recordings[name], fault=high if name in question.high else low) for name in names]
    schedule = config.schedule.model_copy(update={"steps": min(NETWORK_STEPS, config.schedule.steps)})
    ends = [each.span(0.80, 1) for each in marked]
    read = fit(config.model_copy(update={"schedule": schedule}), [each.span(0, 0.75) for each in marked], ends, folder)

    def told(recording: Recording) -> High:
        values = config.front_end.windows(recording).values
        logits = read(values.reshape(-1, 1, values.shape[-1])).logits.astype(np.float64)
        two = logits[:, [FAULTS.index(low), FAULTS.index(high)]]
        return over_bands(two[:, None, :])[:, 1].reshape(values.shape[:2])

    return told


def linear_probe(described: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> Probe:
    """Logistic regression on what `described` makes of windows, one for each band."""

    def learn(
        config: TrainingConfig, recordings: Recordings, names: Sequence[str], question: Question, folder: Path
    ) -> Told:
        def by_band(recording: Recording) -> NDArray[np.float32]:
            values = config.front_end.windows(recording).values
            return described(values.reshape(-1, 1, values.shape[-1])).reshape(*values.shape[:2], -1)

        parts = [by_band(recordings[name]) for name in names]
        labels = np.concatenate([[name in question.high] * len(part) for name, part in zip(names, parts, strict=True)])
        # Every recording weighs alike within its kind, and both kinds together.
        weights = np.concatenate([[1 / len(part)] * len(part) for part in parts])
        weights /= np.where(labels, weights[labels].sum(), weights[~labels].sum()) / (len(labels) / 2)
        joined = np.concatenate(parts)
        models = [
            make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)).fit(
                joined[:, band], labels, logisticregression__sample_weight=weights
            )
            for band in range(joined.shape[1])
        ]

        def told(recording: Recording) -> High:
            found = by_band(recording)
            return np.stack([model.predict_proba(found[:, band])[:, 1] for band, model in enumerate(models)], axis=1)

        return told

    return learn
