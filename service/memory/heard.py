"""A recording of a measuring point, as it was answered: what the memory is told."""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from data.exported.lines import Level
from data.recording import Recording
from service.diagnosis import Diagnosis
from service.store.store import Entry


@dataclass(frozen=True, eq=False)
class Heard:
    """One axis of one measuring point.

    Attributes:
        id: of the diagnosis, as a number.
        time_us: what the clock said, microseconds since 1970.
        asset: id of the measuring point.
        axis: of it.
        recording: with speed and bearing as they were used.
        diagnosis: the answer.
        level: what all voices together say.
        asked: the client wants it kept.
        baseline: the machine was healthy, and this is how it sounds.
    """

    id: int
    time_us: int
    asset: str
    axis: str
    recording: Recording
    diagnosis: Diagnosis
    level: Level | None = None
    asked: bool = False
    baseline: bool = False

    @property
    def point(self) -> tuple[str, str]:
        """Asset and axis."""
        return self.asset, self.axis

    @property
    def size(self) -> int:
        """Bytes of the signal."""
        return self.recording.samples.nbytes

    def of_its_own(self) -> "Heard":
        """The same with samples that keep no larger thing in memory: they may be a view of a request's whole body."""
        samples = np.array(self.recording.samples, dtype="<f4", order="C")
        return replace(self, recording=replace(self.recording, samples=samples))


def heard(entry: Entry, recording: Recording, *, asked: bool = False, baseline: bool = False) -> Heard | None:
    """What is to be told of an answer; None where it is about no measuring point, or nothing is kept."""
    row = entry.row
    if row is None or row["asset"] is None or row["axis"] is None:
        return None
    level = cast("Level | None", row["level"])
    told = (row["id"], row["time_us"], row["asset"], row["axis"], recording, entry.diagnosis)
    return Heard(*told, level=level, asked=asked, baseline=baseline)
