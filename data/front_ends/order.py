"""The front end `order`: the envelope of one band, resampled to shaft angle; speed, load and rig drop out.

Computed order tracking at constant speed: K. R. Fyfe, E. D. S. Munck, "Analysis of computed order tracking",
Mech. Syst. Signal Process. 11 (1997). Bands and constants are in docs/decisions/front-ends.md.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from data.envelope import band_envelopes
from data.errors import NotApplicable
from data.recording import Recording
from data.windows import Windows, cut, standardise

WIDEST_OF_RATE = 0.47
CUTOFF_OF_RATE = 0.45
FLOOR_OF_MEDIAN = 0.3


class OrderFrontEnd(BaseModel):
    """Windows of `revolutions` at `samples_per_revolution`, one for each band (Hz) that the sampling rate allows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["order"] = "order"
    bands_hz: tuple[tuple[float, float], ...] = ((1e3, 4e3), (4e3, 10e3), (8e3, 16e3), (12e3, 22e3))
    samples_per_revolution: int = 256
    revolutions: int = 4

    @property
    def length(self) -> int:
        """Samples of one window."""
        return self.samples_per_revolution * self.revolutions

    def windows(self, recording: Recording) -> Windows:
        """Standardised, non-overlapping windows.

        Raises:
            NotApplicable: no speed, no band under the sampling rate's limit, or shorter than a window.
        """
        pieces = cut(self.signals(recording), self.length)
        seconds = self.revolutions / self._shaft_hz(recording)
        return Windows(self.finish(pieces), np.arange(len(pieces), dtype=np.float64) * seconds, seconds)

    def signals(self, recording: Recording) -> list[NDArray[np.float32]]:
        """The envelope of each band over shaft angle, g, at `samples_per_revolution`.

        Raises:
            NotApplicable: as `windows`.
        """
        shaft_hz = self._shaft_hz(recording)
        turns = recording.seconds * shaft_hz
        if turns < self.revolutions:
            raise NotApplicable(f"{turns:.1f} shaft revolutions long: one window is {self.revolutions}")
        bands = [band for band in self.bands_hz if band[1] < WIDEST_OF_RATE * recording.rate_hz]
        if not bands:
            lowest = min(band[1] for band in self.bands_hz)
            raise NotApplicable(
                f"sampled at {recording.rate_hz:g} Hz: the lowest band ends at {lowest:g} Hz "
                f"and needs more than {lowest / WIDEST_OF_RATE:.0f} Hz"
            )
        per_second = self.samples_per_revolution * shaft_hz
        envelopes = band_envelopes(recording.samples, recording.rate_hz, bands, CUTOFF_OF_RATE * per_second)
        at = np.arange(int(recording.seconds * per_second)) * (recording.rate_hz / per_second)
        whole = np.arange(recording.samples.size)
        return [np.asarray(np.interp(at, whole, envelope), dtype=np.float32) for envelope in envelopes]

    def finish(self, pieces: NDArray[np.floating]) -> NDArray[np.float32]:
        """What a network reads, from slices of `signals`: log over a floor at the slice's own median, standardised."""
        floor = FLOOR_OF_MEDIAN * np.median(pieces, axis=-1, keepdims=True) + 1e-9
        return standardise(np.log(np.maximum(pieces, 0) + floor))

    @staticmethod
    def _shaft_hz(recording: Recording) -> float:
        if recording.shaft_hz is None:
            raise NotApplicable("no shaft speed given: windows over shaft angle need speed_rpm")
        return recording.shaft_hz
