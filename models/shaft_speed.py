"""The shaft speed, read off the signal: which comb of shaft harmonics do the spectra know?

A shaft that is never quite balanced, aligned or round leaves lines at whole multiples of its speed: in the spectrum of
the signal itself, and, where it changes the strength of impacts or noise, in the spectrum of the envelope. A comb
is laid on both at every speed in question. What it collects is its mean height over the floor; lower harmonics count
more; what stands half way between its teeth is taken off, else half the true speed would do as well. The answer is sure
where the best speed leads every other by enough: more than one shaft, the mains, or a bearing whose lines fall on
whole orders can make a comb too.

Combs over order for speed: J. Antoni et al., "Feedback on the Surveillance 8 challenge: Vibration-based diagnosis of
a Safran aircraft engine", Mech. Syst. Signal Process. 97 (2017). This score, its lead and its thresholds are our own;
they were chosen on simulated recordings (docs/decisions/speed-and-bearing-in-doubt.md).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import fft

from data.envelope_spectrum import LOWEST_WHITENED_HZ, Complexes, EnvelopeSpectrum, centred_spectra, resolved, widened
from data.errors import NotApplicable
from data.recording import Recording

Array = NDArray[np.float64]

# A line is as narrow as the window is long: shorter windows lose the weak ones, longer ones a speed that wanders.
IN_DOUBT = 0.01
"""A speed farther (relative) than this from a sure estimate is in doubt."""
WINDOW_S = 4.0
LONGEST_WINDOW = 1 << 20
FLOOR_HZ = 20.0
# Beyond this (e^3 = 20 times the floor) a line proves no more: one strong tone is not a comb.
HIGHEST_RATIO = 3.0
COARSEST_STEP = 0.0004
# A speed that stands this near to the best one is the same.
SAME = 0.01
# How far about the best speed its exact place is looked for.
REFINED = 0.006
# The mains' lines and their multiples belong to no shaft. The share is what a grid's frequency strays.
MAINS_HZ = (50.0, 60.0)
MAINS_MULTIPLES = 4
MAINS_SHARE = 0.004
MAINS_PAD_HZ = 0.25


class SpeedEstimate(BaseModel):
    """The shaft speed as the signal shows it.

    Attributes:
        speed_rpm: whose comb of shaft harmonics stands highest.
        sure: its lead is enough to speak of it.
        lead: how far its comb stands over that of any speed more than 1 % off, nepers of a line over its floor.
        needed: the lead from which it is sure.
        searched_rpm: lowest and highest speed that were tried.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    speed_rpm: float
    sure: bool
    lead: float
    needed: float
    searched_rpm: tuple[float, float]

    def deviation(self, speed_rpm: float) -> float:
        """How far the estimate lies over `speed_rpm`, as a share of that."""
        return self.speed_rpm / speed_rpm - 1


@dataclass(frozen=True)
class ShaftLines:
    """Natural logarithm of magnitude over floor, averaged over windows.

    Attributes:
        signal: float64 [bins], of the signal's own spectrum.
        envelope: float64 [bins], of the spectrum of the whitened signal's squared envelope; NaN where it shows nothing.
        bin_hz: width of a bin; bin k is at k * bin_hz.
    """

    signal: Array
    envelope: Array
    bin_hz: float


class ShaftSpeed(BaseModel):
    """The estimator and its parameters.

    Attributes:
        harmonics: of the shaft, in the signal's spectrum.
        envelope_harmonics: of the shaft, in the envelope's; a bearing's own lines begin above the third.
        envelope_weight: of a line there, over that of one in the signal's.
        decay: a harmonic h weighs h ** -decay.
        between: how much of what stands between the teeth is taken off.
        near: how far (relative) from a given speed is searched.
        range_hz: where no speed is given.
        lead_near: the lead that makes an estimate near a given speed sure.
        lead_anywhere: the same where none is given: there are more speeds to be mistaken for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    harmonics: int = Field(default=20, ge=1)
    envelope_harmonics: int = Field(default=3, ge=1)
    envelope_weight: float = Field(default=0.5, ge=0)
    decay: float = 0.75
    between: float = Field(default=0.5, ge=0)
    near: float = Field(default=0.08, gt=0, lt=0.5)
    range_hz: tuple[float, float] = (10.0, 60.0)
    lead_near: float = 0.15
    lead_anywhere: float = 0.3

    def estimate(self, recording: Recording) -> SpeedEstimate:
        """The shaft speed near the one that the recording states, or anywhere in `range_hz` where it states none.

        Raises:
            NotApplicable: too short or too slowly sampled to show a comb.
        """
        return self.judge(self.lines(recording), recording.speed_rpm)

    def lead(self, recording: Recording) -> float | None:
        """How surely anything turns near the stated speed: the estimate's lead, None where none can be made."""
        try:
            return self.estimate(recording).lead
        except NotApplicable:
            return None

    def lines(self, recording: Recording) -> ShaftLines:
        """Both spectra, up to the highest harmonic of the speeds in question.

        Raises:
            NotApplicable: shorter than one second or eight turns, or sampled too slowly for four harmonics.
        """
        low_hz, high_hz = self._searched_hz(recording.speed_rpm)
        needed_s = max(1.0, 8 / low_hz)
        if recording.seconds < needed_s:
            raise NotApplicable(f"{recording.seconds:.2f} s of signal; the shaft's lines show in {needed_s:.2f} s")
        if recording.rate_hz < 10 * high_hz:
            raise NotApplicable(f"{recording.rate_hz:g} Hz is too low a rate to show a shaft's harmonics")
        longest = min(int(WINDOW_S * recording.rate_hz), LONGEST_WINDOW, recording.samples.size)
        window = fft.prev_fast_len(longest, real=True)
        top_hz = min((self.harmonics + 1) * high_hz, 0.45 * recording.rate_hz)
        white = 0.4 * recording.rate_hz > 2 * LOWEST_WHITENED_HZ
        plan = EnvelopeSpectrum(recording.rate_hz, window, (), ("smoothed",) if white else (), top_hz, FLOOR_HZ)
        signal, envelope, windows = np.zeros(plan.bins), np.zeros(plan.bins), 0
        for spectrum in centred_spectra(recording.samples, window):
            signal += _signal_lines(spectrum, plan).sum(axis=0)
            envelope += plan.log_ratios(spectrum)[:, 0].sum(axis=0, dtype=np.float64) if white else np.nan
            windows += len(spectrum)
        return ShaftLines(_without_mains(signal / windows, plan.bin_hz), envelope / windows, plan.bin_hz)

    def judge(self, lines: ShaftLines, speed_rpm: float | None) -> SpeedEstimate:
        """The speed whose comb stands highest: near `speed_rpm`, or anywhere in `range_hz`."""
        low_hz, high_hz = self._searched_hz(speed_rpm)
        # So close that the highest harmonic does not jump over a line, which is three bins wide.
        step = min(COARSEST_STEP, 2 * lines.bin_hz / (self.harmonics * high_hz))
        speeds_hz = np.exp(np.arange(np.log(low_hz), np.log(high_hz), step))
        scores = self._scores(lines, speeds_hz)
        best = int(scores.argmax())
        others = scores[np.abs(speeds_hz / speeds_hz[best] - 1) > SAME]
        lead = float(scores[best] - others.max())
        needed = self.lead_anywhere if speed_rpm is None else self.lead_near
        return SpeedEstimate(
            speed_rpm=round(60 * self._refined(lines, float(speeds_hz[best])), 2),
            sure=lead > needed,
            lead=round(lead, 3),
            needed=needed,
            searched_rpm=(round(60 * low_hz, 2), round(60 * high_hz, 2)),
        )

    def _searched_hz(self, speed_rpm: float | None) -> tuple[float, float]:
        if speed_rpm is None:
            return self.range_hz
        return speed_rpm / 60 * (1 - self.near), speed_rpm / 60 * (1 + self.near)

    def _scores(self, lines: ShaftLines, speeds_hz: Array) -> Array:
        """Mean height of each speed's teeth, less a part of what stands between them [speeds]."""
        at = self._heights(lines, speeds_hz, 0.0)
        return at - self.between * self._heights(lines, speeds_hz, -0.5)

    def _refined(self, lines: ShaftLines, speed_hz: float) -> float:
        """Where the teeth stand highest of all: for the lead a line's height was capped, and its top is then flat."""
        speeds_hz = speed_hz * (1 + REFINED * np.linspace(-1, 1, 161))
        total = np.zeros(speeds_hz.size)
        for ratio, harmonics in ((lines.signal, self.harmonics), (lines.envelope, self.envelope_harmonics)):
            multiples = np.arange(1, harmonics + 1, dtype=np.float64)
            places = speeds_hz[:, None] * multiples / lines.bin_hz
            heights = np.interp(places, np.arange(ratio.size), np.maximum(np.nan_to_num(ratio), 0.0), right=0.0)
            total += (heights * multiples**-self.decay).sum(axis=1)
        return float(speeds_hz[total.argmax()])

    def _heights(self, lines: ShaftLines, speeds_hz: Array, shift: float) -> Array:
        combs = ((lines.signal, self.harmonics, 1.0), (lines.envelope, self.envelope_harmonics, self.envelope_weight))
        height, weight = np.zeros(speeds_hz.size), np.zeros(speeds_hz.size)
        for ratio, harmonics, share in combs:
            multiples = np.arange(1, harmonics + 1, dtype=np.float64)
            wide = widened(np.clip(ratio, 0.0, HIGHEST_RATIO), np.maximum)
            teeth = np.rint(speeds_hz[:, None] * (multiples + shift) / lines.bin_hz).astype(np.int64)
            found = np.where(teeth < wide.size, wide[np.minimum(teeth, wide.size - 1)], np.nan)
            weights = np.where(np.isnan(found), 0.0, share * multiples**-self.decay)
            height += (np.nan_to_num(found) * weights).sum(axis=1)
            weight += weights.sum(axis=1)
        return np.divide(height, weight, out=np.zeros_like(height), where=weight > 0)


def _signal_lines(spectrum: Complexes, plan: EnvelopeSpectrum) -> Array:
    """Natural logarithm of the signal's own lines over their floor [windows, bins]; 0 where all is silent.

    The floor is the median of blocks `FLOOR_HZ` wide, interpolated.
    """
    magnitude = resolved(spectrum, plan.window, plan.bins)
    width = max(8, int(FLOOR_HZ / plan.bin_hz))
    blocks = np.array_split(magnitude, max(1, magnitude.shape[-1] // width), axis=-1)
    middles = np.cumsum([block.shape[-1] for block in blocks]) - blocks[0].shape[-1] / 2
    medians = np.stack([np.median(block, axis=-1) for block in blocks], axis=-1)
    floor = np.stack([np.interp(np.arange(magnitude.shape[-1]), middles, each) for each in medians])
    ratio = np.divide(magnitude, floor, out=np.ones(magnitude.shape), where=floor > 0)
    return np.asarray(np.log(np.maximum(ratio, 0.1)))


def _without_mains(ratio: Array, bin_hz: float) -> Array:
    """NaN where the mains' hum may stand."""
    hz = np.arange(ratio.size) * bin_hz
    lines = np.multiply.outer(MAINS_HZ, np.arange(1, MAINS_MULTIPLES + 1)).ravel()
    hum = (np.abs(hz[:, None] - lines) <= MAINS_SHARE * lines + MAINS_PAD_HZ).any(axis=1)
    return np.where(hum, np.nan, ratio)
