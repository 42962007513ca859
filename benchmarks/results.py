"""What was measured, as docs/measured/bench.json holds it: every round, so that the page can be made again."""

from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A base of the parts below: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kept(Part):
    """What one run keeps."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """From a file that `write` wrote."""
        return cls.model_validate_json(path.read_bytes())

    def write(self, path: Path) -> None:
        """As JSON."""
        path.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


class Spread(Part):
    """Median and quartiles."""

    lower: float
    median: float
    upper: float

    @classmethod
    def of(cls, values: tuple[float, ...]) -> Self:
        """Of at least one value."""
        lower, median, upper = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
        return cls(lower=lower, median=median, upper=upper)


class Machine(Part):
    """What it was measured on; `versions` of every package that took part and is installed."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    versions: dict[str, str]


class Lap(Part):
    """One competitor at one setting, a value a round: microseconds a window by the clock and of the processor.

    In training the unit is a step, not a window. Rounds of equal number ran one after the other.
    """

    competitor: str
    threads: int
    batch: int
    wall_us: tuple[float, ...]
    cpu_us: tuple[float, ...]


class Race(Part):
    """All laps; `resident_mib` of each competitor's process with one thread, after its laps; why others did not run."""

    laps: tuple[Lap, ...]
    resident_mib: dict[str, float]
    not_run: dict[str, str]

    def lap(self, competitor: str, threads: int, batch: int) -> Lap | None:
        """The lap at that setting, where it was run."""
        setting = (competitor, threads, batch)
        return next((lap for lap in self.laps if (lap.competitor, lap.threads, lap.batch) == setting), None)

    def ratio(self, ours: str, theirs: str, threads: int, batch: int, cpu: bool = False) -> Spread | None:
        """Our time over theirs, round by round: under 1 is faster."""
        one, other = self.lap(ours, threads, batch), self.lap(theirs, threads, batch)
        if one is None or other is None:
            return None
        pairs = zip(one.cpu_us, other.cpu_us, strict=True) if cpu else zip(one.wall_us, other.wall_us, strict=True)
        return Spread.of(tuple(ours_us / theirs_us for ours_us, theirs_us in pairs))

    @property
    def settings(self) -> tuple[tuple[int, int], ...]:
        """Threads and batch of each setting, in order."""
        return tuple(dict.fromkeys((lap.threads, lap.batch) for lap in self.laps))


class Training(Part):
    """Training steps, on one setting; `epoch_steps` make an epoch."""

    race: Race
    epoch_steps: int


class Asked(Part):
    """One kind of request, a value a round: ms by the clock, of the processor, and of each part of the latter."""

    wall_ms: tuple[float, ...]
    cpu_ms: tuple[float, ...]
    parts_ms: dict[str, tuple[float, ...]]


class DiagnosisCost(Part):
    """A whole recording, from bytes to diagnosis, by what is given with it.

    Attributes:
        windows: of that recording, positions times bands, in the bundle `order`.
        rule_cpu_ms: of the envelope rule alone.
        bodies_cpu_ms: of reading the recording's samples, by kind of body.
    """

    recording: str
    windows: int
    asked: dict[str, Asked]
    rule_cpu_ms: tuple[float, ...]
    bodies_cpu_ms: dict[str, tuple[float, ...]]
    resident_mib: float


class Growth(Part):
    """How processor time grows: seconds (median) at each size, and the exponent of the straight line on log-log."""

    sizes: tuple[float, ...]
    cpu_s: tuple[float, ...]
    resident_mib: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """By least squares."""
        return float(np.polyfit(np.log(self.sizes), np.log(self.cpu_s), 1)[0])


class Lengths(Part):
    """Growth with seconds of recording, for a whole request, and with windows of one call of the graph."""

    recording: Growth | None
    windows: Growth | None


class Limits(Part):
    """What the machine can do, best of some tries, by threads; and what the float32 and int8 graph need for a window.

    Attributes:
        float32_per_s: multiply-adds of a large float32 matrix product, by what computes it.
        int8_per_s: of a large uint8 x int8 one.
        bytes_per_s: read and written by a large copy.
        macs: of a window, dense, by kind of layer: fed with spikes, or with real numbers.
        weights: numbers, by kind of layer.
        window_bytes: of a window and of what is answered.
    """

    float32_per_s: dict[str, dict[int, float]]
    int8_per_s: dict[int, float]
    bytes_per_s: dict[int, float]
    macs: dict[str, int]
    weights: dict[str, int]
    window_bytes: int


class ServiceCost(Part):
    """A served process: to ready, and after so many requests."""

    ready_cpu_s: float
    ready_wall_s: float
    ready_mib: float
    asked: str
    requests: tuple[int, ...]
    cpu_ms: tuple[float, ...]
    resident_mib: tuple[float, ...]


class Results(Kept):
    """One run of `brinell bench`; a part that was left out is null."""

    machine: Machine
    bundle: str
    source: str
    rounds: int
    quick: bool
    race: Race | None = None
    training: Training | None = None
    diagnosis: DiagnosisCost | None = None
    lengths: Lengths | None = None
    limits: Limits | None = None
    service: ServiceCost | None = None
