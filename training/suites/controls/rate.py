"""The cell of the probe for the source's rate (`training.controls.rate_probe`)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.datasets import DATASETS
from data.front_ends import OrderFrontEnd, TimeFrontEnd
from data.protocols import ALL
from data.recording import Recording
from data.resampling import resampled
from training.config import TrainingConfig
from training.controls.rate_probe import (
    NETWORK_STEPS,
    QUESTIONS,
    SPECTRUM_BINS,
    Probe,
    Told,
    linear_probe,
    network_probe,
    numbers,
    spectra,
)
from training.run import Run
from training.suites.cell import Result, digest
from training.suites.recordings import at_hand
from training.weights import Weights

LOW_RATE_HZ = 48_828.0
DECIMATED = "rate, of those brought to 48,828 Hz first"
FEATURES, WINDOWS, FRESH_NETWORK = "the network's features", "the windows", "the windows, by a fresh network"
PROBES = (FEATURES, WINDOWS, FRESH_NETWORK)


@dataclass(frozen=True)
class RateCell:
    """One probe in the front end of a configuration."""

    config: TrainingConfig
    probe: str
    seconds: float
    group: str = "rate"

    @property
    def name(self) -> str:
        """Front end and probe."""
        return f"{self.config.name}: probe on {self.probe}"

    @property
    def key(self) -> str:
        questions = {name: [each.high, each.low] for name, each in QUESTIONS.items()}
        # A probe on the windows knows nothing of the network.
        read = self.config.front_end if self.probe == WINDOWS else self.config
        return digest("rate", read, self.probe, questions, SPECTRUM_BINS, NETWORK_STEPS)

    def measure(self, root: Path, runs: Path) -> Result:
        """By question, for each recording left out: windows told right, over all bands and by band."""
        root = at_hand(root, ALL, runs)
        told: dict[str, list[dict[str, Any]]] = {question: [] for question in (*QUESTIONS, DECIMATED)}
        recordings = _recordings(root)
        learn = self._probe(root, runs)
        for name, question in QUESTIONS.items():
            for number, pair in enumerate(question.folds()):
                rest = [each for each in (*question.high, *question.low) if each not in pair]
                probe = learn(self.config, recordings, rest, question, runs / f"control-{self.key}-{name}-{number}")
                told[name] += [_scored(probe, recordings[each], each, each in question.high) for each in pair]
                if name == "rate":
                    brought = resampled(recordings[pair[0]], LOW_RATE_HZ)
                    told[DECIMATED].append(_scored(probe, brought, pair[0], True))
        return {"told": told}

    def _probe(self, root: Path, runs: Path) -> Probe:
        if self.probe == FRESH_NETWORK:
            return network_probe
        if self.probe == WINDOWS:
            sliced = isinstance(self.config.front_end, OrderFrontEnd | TimeFrontEnd)
            return linear_probe(spectra if sliced else numbers)
        run = Run.under(self.config, root, runs)
        run.learn()
        weights = Weights(run.folder)
        return linear_probe(lambda windows: weights.run(windows).features)


def _recordings(root: Path) -> dict[str, Recording]:
    names = {name for question in QUESTIONS.values() for name in (*question.high, *question.low)}
    mfpt = DATASETS["mfpt"]
    return {name: mfpt.load(root, mfpt.entry(name)) for name in sorted(names)}


def _scored(probe: Told, recording: Recording, name: str, high: bool) -> dict[str, Any]:
    told = probe(recording)
    right = (told > 0.5) == high
    return {
        "recording": name,
        "high": high,
        "windows": len(told),
        "right": int(((told.mean(axis=1) > 0.5) == high).sum()),
        "right_by_band": [int(each) for each in right.sum(axis=0)],
    }
