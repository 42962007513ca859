"""All condition indicators of a recording that need nothing but the recording."""

import numpy as np

from data.envelope_spectrum import BANDS, HIGHEST_OF_RATE, Band
from data.indicators.envelope import envelope_rms
from data.indicators.level import Level, level
from data.indicators.model import Indicators
from data.indicators.severity import MachineClass, why_unjudged, zone_of
from data.indicators.spectrum import power_spectrum
from data.recording import Recording
from data.units import STANDARD_GRAVITY

SHORTEST_S = 1.0
VELOCITY_BAND = Band(10.0, 1000.0)
"""Of ISO 20816-3, for shafts from 600 rpm on."""
ENERGY_BANDS = (
    Band(10.0, 500.0),
    Band(500.0, 2000.0),
    Band(2000.0, 5500.0),
    Band(5500.0, 10_000.0),
    Band(10_000.0, 20_000.0),
)
"""Where shafts turn, where gears mesh, and three in which housings and sensors resonate; they do not overlap."""
ENVELOPE_BAND = Band(500.0, 10_000.0)
"""Wide, as in handheld instruments; the single ones are those in which the envelope rule looks."""
MM_S2_PER_G = 1000 * STANDARD_GRAVITY
VELOCITY = "velocity_rms_mm_s"
ENVELOPE = "envelope_rms_g"
CUT_SHORT = {VELOCITY: VELOCITY_BAND, ENVELOPE: ENVELOPE_BAND}
"""What is read as far as the rate goes, and said to be; the others are there whole or not at all."""


def _named(family: str, bands: tuple[Band, ...]) -> dict[str, Band]:
    return {f"{family}_{band.low_hz:.0f}_{band.high_hz:.0f}": band for band in bands}


ENERGIES = _named("band_rms_g", ENERGY_BANDS)
ENVELOPES = _named(ENVELOPE, BANDS)
SPECTRAL = (*CUT_SHORT, *ENERGIES, *ENVELOPES)
"""All that is read off spectra, and so needs a second of signal."""


def indicators(recording: Recording, machine: MachineClass | None = None) -> Indicators:
    """What can be said of the recording; nothing is raised: what it cannot give is in `missing`.

    Args:
        recording: any; at least 1 s is needed for what is read off spectra.
        machine: its class, where the zone of ISO 20816-3 is wanted.
    """
    found = level(recording.samples)
    values = {"acceleration_rms_g": found.rms, "peak_g": found.peak}
    missing = _out_of_reach(recording)
    if found.variance > 0:
        values |= {"kurtosis": found.kurtosis, "crest_factor": found.crest_factor}
    else:
        missing |= dict.fromkeys(("kurtosis", "crest_factor"), "the signal is constant")
    values |= _of_spectra(recording, found, [name for name in SPECTRAL if name not in missing])
    unjudged = missing.get(VELOCITY) or why_unjudged(recording, machine)
    if unjudged is not None:
        missing["zone"] = unjudged
    return Indicators(
        values=values,
        missing=missing,
        notes={name: note for name, note in _cut_short(recording).items() if name in values},
        zone=None if machine is None or unjudged is not None else zone_of(values[VELOCITY], machine),
    )


def _of_spectra(recording: Recording, found: Level, names: list[str]) -> dict[str, float]:
    """Of samples between -1 and 1: no square of them is too large or too small for a float32, whatever their range."""
    if not names:
        return {}
    scale = max(found.peak, float(np.finfo(np.float32).tiny))
    samples = ((recording.samples - np.float64(found.mean)) / scale).astype(np.float32)
    spectrum = power_spectrum(samples, recording.rate_hz)
    values = {VELOCITY: MM_S2_PER_G * spectrum.integrated_rms(*VELOCITY_BAND)}
    values |= {name: spectrum.rms(*band) for name, band in ENERGIES.items() if name in names}
    wide = ENVELOPE_BAND._replace(high_hz=min(ENVELOPE_BAND.high_hz, _end_hz(recording)))
    envelopes = {name: band for name, band in ({ENVELOPE: wide} | ENVELOPES).items() if name in names}
    values |= zip(envelopes, envelope_rms(samples, recording.rate_hz, list(envelopes.values())), strict=True)
    return {name: scale * value for name, value in values.items()}


def _out_of_reach(recording: Recording) -> dict[str, str]:
    """What its length or its rate does not allow, and why."""
    if recording.seconds < SHORTEST_S:
        return dict.fromkeys(SPECTRAL, f"too short: needs {SHORTEST_S:g} s, has {recording.seconds:.2f} s")
    needed_hz = {name: band.high_hz for name, band in (ENERGIES | ENVELOPES).items()}
    needed_hz |= {name: 2 * band.low_hz for name, band in CUT_SHORT.items()}
    return {
        name: f"the rate is too low: needs {end_hz / HIGHEST_OF_RATE:,.0f} Hz"
        for name, end_hz in needed_hz.items()
        if end_hz > _end_hz(recording)
    }


def _cut_short(recording: Recording) -> dict[str, str]:
    end_hz = _end_hz(recording)
    return {
        name: f"only up to {end_hz:,.0f} Hz, where this rate ends, not up to {band.high_hz:,.0f} Hz"
        for name, band in CUT_SHORT.items()
        if band.high_hz > end_hz
    }


def _end_hz(recording: Recording) -> float:
    """Where an anti-aliasing filter leaves nothing more."""
    return HIGHEST_OF_RATE * recording.rate_hz
