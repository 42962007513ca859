"""Everything that the page draws about one recording and its diagnosis."""

import numpy as np
from numpy.typing import NDArray

from data.fault import Fault
from data.recording import Recording
from models.bundle import Bundle
from models.verdict import over_bands
from service.choice import in_blocks
from service.diagnosis import Diagnosis
from service.page.signals import (
    EnvelopeSpectrum,
    Picture,
    Spectrogram,
    Waveform,
    envelope_spectrum,
    short,
    spectrogram,
    waveform,
)
from service.page.spikes import SpikeTrain, spike_trains
from service.page.window import WindowSeen, clearest, seen

STEPS = 400


class Course(Picture):
    """Calibrated probabilities along the recording; each step is the mean of the windows that begin in it."""

    starts_s: list[float]
    step_s: float
    probabilities: dict[Fault, list[float]]


class Pictures(Picture):
    """What there is to see; what was read by no network has neither course nor window nor spikes."""

    waveform: Waveform
    envelope: EnvelopeSpectrum | None
    envelope_reason: str | None
    spectrogram: Spectrogram
    course: Course | None = None
    window: WindowSeen | None = None
    spikes: list[SpikeTrain] | None = None


def pictures(recording: Recording, diagnosis: Diagnosis, bundle: Bundle | None) -> Pictures:
    """All of them; `bundle` is the one that answered.

    The windows are read once more: an answer does not carry them, and they are the same.
    """
    envelope = envelope_spectrum(recording)
    of_signal = Pictures(
        waveform=waveform(recording),
        envelope=None if isinstance(envelope, str) else envelope,
        envelope_reason=envelope if isinstance(envelope, str) else None,
        spectrogram=spectrogram(recording),
    )
    if bundle is None or diagnosis.probabilities is None:
        return of_signal
    windows = in_blocks(bundle, recording)
    positions, bands, length = windows.values.shape
    logits = bundle.graph.run(windows.values.reshape(-1, 1, length)).logits.reshape(positions, bands, -1)
    faults = bundle.manifest.faults
    answer = faults.index(diagnosis.fault or max(diagnosis.probabilities, key=diagnosis.probabilities.__getitem__))
    window = clearest(windows, logits, answer)
    tracer = bundle.tracer
    return of_signal.model_copy(
        update={
            "course": _course(bundle, windows.starts_s, windows.seconds, over_bands(logits)),
            "window": seen(bundle, window, answer),
            "spikes": None if tracer is None else spike_trains(tracer, window.values),
        }
    )


def _course(
    bundle: Bundle, starts_s: NDArray[np.float64], seconds: float, probabilities: NDArray[np.float64]
) -> Course:
    calibrated = bundle.manifest.calibration.apply(probabilities)
    edges = np.linspace(0, len(starts_s), min(STEPS, len(starts_s)) + 1).round().astype(int)[:-1]
    counts = np.diff(np.append(edges, len(starts_s)))
    means = np.add.reduceat(calibrated, edges, axis=0) / counts[:, None]
    return Course(
        starts_s=starts_s[edges].round(3).tolist(),
        step_s=seconds * float(counts.max()),
        probabilities={fault: short(means[:, at]) for at, fault in enumerate(bundle.manifest.faults)},
    )
