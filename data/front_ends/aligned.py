"""The front end `aligned`: envelope spectra read at the orders at which this bearing's faults would strike.

Speed, load, rig and bearing drop out: what is left is how a candidate's lines stand over their surroundings. It needs
the shaft speed and the bearing. Bands and constants are in docs/decisions/front-ends.md.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from data.candidate_lines import CANDIDATES, NUMBERS, read_candidates
from data.envelope_spectrum import BANDS, HIGHEST_OF_RATE, WHITENED, Band, EnvelopeSpectrum, mean_of_known
from data.errors import NotApplicable
from data.geometry import CharacteristicOrders
from data.recording import Recording
from data.windows import Windows

HIGHEST_ORDER = 40.0
HEIGHT_LIMITS = (-0.5, 3.5)
CHANNELS = 4


@dataclass(frozen=True, eq=False)
class Heights:
    """Lines of a recording over their floor, window by window.

    Attributes:
        values: float32 [windows, CHANNELS, bins], natural logarithm: mean and maximum over bands, two whitened.
        bins_per_order: bin k is at order k / bins_per_order.
        seconds: length of one window.
    """

    values: NDArray[np.float32]
    bins_per_order: float
    seconds: float


class AlignedFrontEnd(BaseModel):
    """Windows of `window_s`, each the lines of its envelope spectra read at the candidates' orders; no overlap.

    Attributes:
        bands_hz: those are read that the sampling rate allows.
        window_s: length of a window, seconds; all of a shorter recording, and longer at speeds where it would hold
            fewer than `turns`.
        turns: shaft revolutions that a window holds at least.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["aligned"] = "aligned"
    bands_hz: tuple[tuple[float, float], ...] = BANDS
    window_s: float = Field(default=1.0, gt=0)
    turns: float = Field(default=8.0, gt=0)

    @property
    def length(self) -> int:
        """Numbers of one window: candidates x channels x lines."""
        return len(CANDIDATES) * CHANNELS * NUMBERS

    @property
    def lowest_rate_hz(self) -> float:
        """The sampling rate at which the lowest band fits."""
        return float(np.ceil(min(high for _, high in self.bands_hz) / HIGHEST_OF_RATE))

    def windows(self, recording: Recording) -> Windows:
        """The numbers of each window; one band.

        Raises:
            NotApplicable: no speed or no bearing, shorter than a window, or too low a rate.
        """
        orders = recording.orders
        if orders is None:
            raise NotApplicable("no bearing given: lines at its characteristic orders need bearing")
        heights = self.heights(recording)
        values = np.stack([self.numbers(each, orders, heights.bins_per_order) for each in heights.values])
        return Windows(values[:, None, :], np.arange(len(values), dtype=np.float64) * heights.seconds, heights.seconds)

    def heights(self, recording: Recording) -> Heights:
        """The lines of every whole window.

        Raises:
            NotApplicable: as `windows`, but for the bearing.
        """
        plan, shaft_hz = self._plan(recording)
        return Heights(
            values=np.concatenate([_joined(ratios) for ratios in plan.batches(recording.samples)]),
            bins_per_order=shaft_hz / plan.bin_hz,
            seconds=plan.window / recording.rate_hz,
        )

    def numbers(
        self, heights: NDArray[np.float32], orders: CharacteristicOrders, bins_per_order: float
    ) -> NDArray[np.float32]:
        """What a network reads, float32 [length]: candidate by candidate, and of each channel by channel."""
        return read_candidates(heights, orders, bins_per_order).reshape(-1)

    def _plan(self, recording: Recording) -> tuple[EnvelopeSpectrum, float]:
        """What is read, and the shaft's turns a second."""
        rate_hz, shaft_hz = recording.rate_hz, recording.shaft_hz
        if shaft_hz is None:
            raise NotApplicable("no shaft speed given: lines at characteristic orders need speed_rpm")
        if rate_hz < self.lowest_rate_hz:
            raise NotApplicable(f"sampled at {rate_hz:g} Hz: envelope lines need {self.lowest_rate_hz:g} Hz")
        seconds = max(min(self.window_s, recording.seconds), self.turns / shaft_hz)
        bands = tuple(Band(*band) for band in self.bands_hz)
        plan = EnvelopeSpectrum.over_orders(rate_hz, shaft_hz, seconds, HIGHEST_ORDER, bands, WHITENED)
        if recording.samples.size < plan.window:
            needed = plan.window / rate_hz
            raise NotApplicable(f"{recording.seconds:.2f} s long: envelope lines need {needed:.2f} s at this speed")
        return plan, shaft_hz


def _joined(ratios: NDArray[np.float32]) -> NDArray[np.float32]:
    """From ratios [windows, channels, bins], whitened ones last, to heights [windows, CHANNELS, bins]."""
    clipped = np.clip(ratios - _median_of_known(ratios), *HEIGHT_LIMITS)
    bands, whitened = clipped[:, : -len(WHITENED)], clipped[:, -len(WHITENED) :]
    joined = np.concatenate([mean_of_known(bands)[:, None], np.fmax.reduce(bands, axis=1, keepdims=True), whitened], 1)
    # Beyond the reach of every band there is nothing to average: there a line counts as high as the floor.
    return np.asarray(np.nan_to_num(joined), dtype=np.float32)


def _median_of_known(ratios: NDArray[np.float32]) -> NDArray[np.float32]:
    """Along the last axis, which is kept; sorting puts what is not known behind."""
    known, ordered = np.isfinite(ratios).sum(axis=-1, keepdims=True), np.sort(ratios, axis=-1)
    middle = [np.take_along_axis(ordered, place, axis=-1) for place in ((known - 1) // 2, known // 2)]
    return np.asarray((middle[0] + middle[1]) / 2, dtype=np.float32)
