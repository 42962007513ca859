"""The front end `aligned`: envelope spectra read at the orders at which this bearing's faults would strike.

Speed, load, rig and bearing drop out: what is left is how a candidate's lines stand over their surroundings. It needs
the shaft speed and the bearing. Bands and constants are in docs/decisions/front-ends.md.
"""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import fft

from data.candidate_lines import CANDIDATES, NUMBERS, read_candidates
from data.envelope_spectrum import LOWEST_WHITENED_HZ, Band, EnvelopeSpectrum, fitting
from data.errors import NotApplicable
from data.geometry import CharacteristicOrders
from data.recording import Recording
from data.windows import Windows

HIGHEST_ORDER = 40.0
FLOOR_ORDERS = 3.0
HEIGHT_LIMITS = (-0.5, 3.5)
WHITENINGS = ("phase", "smoothed")
CHANNELS = 4
LOWEST_RATE_HZ = 5 * LOWEST_WHITENED_HZ


@dataclass(frozen=True, eq=False)
class Spectra:
    """Lines of a recording, second by second.

    Attributes:
        ratios: float32 [seconds, channels, bins], natural logarithm of magnitude over floor; NaN beyond a band's reach.
        bins_per_order: bin k is at order k / bins_per_order.
        seconds: length of one piece.
    """

    ratios: NDArray[np.float32]
    bins_per_order: float
    seconds: float

    def heights(self, first: int, last: int) -> NDArray[np.float32]:
        """Of the pieces `first` to `last` together, [CHANNELS, bins]: mean and maximum over bands, two whitened."""
        ratios = np.clip(self.ratios[first:last], *HEIGHT_LIMITS)
        with warnings.catch_warnings():
            # Beyond the reach of every band there is nothing to average.
            warnings.simplefilter("ignore", RuntimeWarning)
            # Over time before over bands: the maximum of averages is less noisy than the average of maxima.
            together = ratios.mean(axis=0)
            together -= np.nanmedian(together, axis=1, keepdims=True)
            clipped = np.clip(together, *HEIGHT_LIMITS)
            bands = clipped[: -len(WHITENINGS)]
            joined = [np.nanmean(bands, axis=0), np.nanmax(bands, axis=0), *clipped[-len(WHITENINGS) :]]
        return np.asarray(np.nan_to_num(np.stack(joined)), dtype=np.float32)


class AlignedFrontEnd(BaseModel):
    """Windows of up to `pooled` pieces of `piece_s`, whose spectra are averaged and read at the candidates' lines.

    Attributes:
        bands_hz: those are read that the sampling rate allows.
        piece_s: what one spectrum is made of, seconds; all of a shorter recording, and longer at speeds where it would
            hold fewer than `turns`.
        turns: shaft revolutions that a piece holds at least.
        pooled: pieces of a window, at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["aligned"] = "aligned"
    bands_hz: tuple[tuple[float, float], ...] = (
        (500.0, 2000.0),
        (1000.0, 4000.0),
        (2000.0, 5500.0),
        (4000.0, 10_000.0),
        (8000.0, 16_000.0),
        (12_000.0, 22_000.0),
    )
    piece_s: float = Field(default=1.0, gt=0)
    turns: float = Field(default=8.0, gt=0)
    pooled: int = Field(default=10, ge=1)

    @property
    def length(self) -> int:
        """Numbers of one window: candidates x channels x lines."""
        return len(CANDIDATES) * CHANNELS * NUMBERS

    def windows(self, recording: Recording) -> Windows:
        """The numbers of each stretch of up to `pooled` pieces, as even as can be; one band.

        Raises:
            NotApplicable: no speed or no bearing, shorter than a piece, or too low a rate.
        """
        orders = recording.orders
        if orders is None:
            raise NotApplicable("no bearing given: lines at its characteristic orders need bearing")
        spectra = self.spectra(recording)
        count = len(spectra.ratios)
        edges = np.linspace(0, count, -(-count // self.pooled) + 1).round().astype(int)
        values = [
            self.numbers(spectra.heights(first, last), orders, spectra.bins_per_order)
            for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        ]
        return Windows(
            np.stack(values)[:, None, :], edges[:-1] * spectra.seconds, float(np.diff(edges).max() * spectra.seconds)
        )

    def spectra(self, recording: Recording) -> Spectra:
        """The lines of every whole piece.

        Raises:
            NotApplicable: as `windows`, but for the bearing.
        """
        shaft_hz = recording.shaft_hz
        if shaft_hz is None:
            raise NotApplicable("no shaft speed given: lines at characteristic orders need speed_rpm")
        if recording.rate_hz < LOWEST_RATE_HZ:
            raise NotApplicable(f"sampled at {recording.rate_hz:g} Hz: envelope lines need {LOWEST_RATE_HZ:g} Hz")
        plan = self._plan(recording.rate_hz, shaft_hz, recording.seconds)
        if recording.samples.size < plan.window:
            needed = plan.window / recording.rate_hz
            raise NotApplicable(f"{recording.seconds:.2f} s long: envelope lines need {needed:.2f} s at this speed")
        absent = len(self.bands_hz) - len(plan.bands)
        pieces = [np.insert(each, [len(plan.bands)] * absent, np.nan, axis=0) for each in plan.each(recording.samples)]
        return Spectra(
            ratios=np.stack(pieces).astype(np.float32),
            bins_per_order=shaft_hz / plan.bin_hz,
            seconds=plan.window / recording.rate_hz,
        )

    def numbers(
        self, heights: NDArray[np.float32], orders: CharacteristicOrders, bins_per_order: float
    ) -> NDArray[np.float32]:
        """What a network reads, float32 [length]: candidate by candidate, and of each channel by channel."""
        return read_candidates(heights, orders, bins_per_order).reshape(-1)

    def _plan(self, rate_hz: float, shaft_hz: float, whole_s: float) -> EnvelopeSpectrum:
        seconds = max(min(self.piece_s, whole_s), self.turns / shaft_hz)
        return EnvelopeSpectrum(
            rate_hz=rate_hz,
            window=fft.prev_fast_len(round(seconds * rate_hz), real=True),
            bands=fitting(tuple(Band(*band) for band in self.bands_hz), rate_hz),
            whitenings=WHITENINGS,
            highest_hz=min(HIGHEST_ORDER * shaft_hz, rate_hz / 2),
            floor_hz=FLOOR_ORDERS * shaft_hz,
        )
