"""The front end `time`: raw samples at one rate for all rigs, as in the MRA-SNN paper (arXiv 2408.11067).

Every signal is limited to the same band before it is brought to the model's rate: else a network reads
the anti-aliasing filter of the acquisition hardware instead of the bearing.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from data.errors import NotApplicable
from data.recording import Recording
from data.resampling import limit_band, resample
from data.windows import Windows, cut, standardise

TRANSITION_HZ = 400.0


class TimeFrontEnd(BaseModel):
    """Windows of `length` samples at `rate_hz`, band-limited to `limit_hz`; one band."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["time"] = "time"
    rate_hz: float = 12_000.0
    limit_hz: float = 5_000.0
    length: int = 2048

    def windows(self, recording: Recording) -> Windows:
        """Standardised, non-overlapping windows.

        Raises:
            NotApplicable: the sampling rate is too low, or the recording shorter than a window.
        """
        pieces = cut(self.signals(recording), self.length)
        seconds = self.length / self.rate_hz
        return Windows(self.finish(pieces), np.arange(len(pieces), dtype=np.float64) * seconds, seconds)

    def signals(self, recording: Recording) -> list[NDArray[np.float32]]:
        """The whole recording, band-limited, at the model's rate.

        Raises:
            NotApplicable: as `windows`.
        """
        if recording.rate_hz < self.rate_hz * 0.999:
            raise NotApplicable(
                f"sampled at {recording.rate_hz:g} Hz: raw samples up to {self.limit_hz:g} Hz need {self.rate_hz:g} Hz"
            )
        seconds = self.length / self.rate_hz
        if recording.seconds < seconds:
            raise NotApplicable(f"{recording.seconds:.3f} s long: one window of raw samples is {seconds:.3f} s")
        # The filter comes after the rate change, so that its skirt is the same for every source rate.
        signal = resample(recording.samples, recording.rate_hz, self.rate_hz)
        return [limit_band(signal, self.rate_hz, self.limit_hz, TRANSITION_HZ)]

    def finish(self, pieces: NDArray[np.floating]) -> NDArray[np.float32]:
        """What a network reads, from slices of `signals`, along the last axis."""
        return standardise(pieces)
