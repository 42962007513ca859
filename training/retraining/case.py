"""One recording whose label is known, and what it was left out for if it was."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from data.datasets.entry import Entry
from data.errors import BrinellError
from data.fault import Fault
from data.protocols import Span
from data.recording import Recording


class RetrainingError(BrinellError):
    """What was given cannot be retrained from; the message says what, and what to do."""


class NothingToLearn(RetrainingError):
    """Too little that can be used was found yet; the message says what was left out, and why."""


@dataclass(frozen=True, eq=False)
class Case:
    """A labelled recording.

    Attributes:
        name: unique among all.
        asset: the measuring point or machine.
        specimen: which physical bearing; recordings of one are never on both sides of a split by bearing.
        time: when it was made, where known.
        sha256: of its samples, float32.
    """

    name: str
    asset: str
    specimen: str
    fault: Fault
    recording: Recording
    time: datetime | None = None
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.recording.samples.tobytes()).hexdigest()
        object.__setattr__(self, "sha256", digest)
        known = replace(self.recording, fault=self.fault, rig=self.asset)
        object.__setattr__(self, "recording", known)

    @property
    def bearing(self) -> tuple[str, str]:
        """What recordings that are not independent of each other share."""
        return self.asset, self.specimen

    @property
    def told(self) -> tuple[object, ...]:
        """All that was said of it, and the digest of its signal."""
        heard = (self.recording.rate_hz, self.recording.speed_rpm, self.recording.orders)
        return (self.name, self.asset, self.specimen, self.fault, self.time, *heard, self.sha256)

    @property
    def span(self) -> Span:
        """Under which it is judged."""
        recording = self.recording
        entry = Entry(
            self.asset,
            self.name,
            recording.source,
            self.fault,
            recording.rate_hz,
            recording.speed_rpm or 0.0,
            "",
            bearing=self.specimen,
            url="",
            size=None,
            checksum=f"sha256:{self.sha256}",
        )
        return Span(entry)


@dataclass(frozen=True)
class LeftOut:
    """A recording that is not used, and why."""

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Found:
    """What a source gave: `cases` to use, and all else with its reason. `source`: what it was, for people."""

    source: str
    cases: tuple[Case, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Why recordings are left out, and how many, the most first."""
        return tuple(Counter(each.reason for each in self.left_out).most_common())

    @property
    def key(self) -> str:
        """Sixteen hexadecimal digits that change with any signal, and with all that is said of one."""
        lines = sorted(" ".join(map(str, each.told)) for each in self.cases)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
