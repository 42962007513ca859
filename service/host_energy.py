"""What a core of this computer draws while it reads windows: from the processor's own meter, or from one at the plug.

The load is the inference itself, on every core. What the computer draws under it, less what it draws idle, over the CPU
seconds that were spent, is watts a core; an answer's `host_nj` is that times the CPU seconds of its graph runs.

RAPL: Linux powercap, `energy_uj` of each package; it counts the processor and not memory, disks or the power supply's
losses, as a meter at the plug does.
"""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from data.errors import BrinellError
from models.bundle import Bundle

POWERCAP = Path("/sys/class/powercap")
MICRO = 1e-6


class NoMeter(BrinellError):
    """Nothing here tells what the processor draws."""


@dataclass(frozen=True)
class Load:
    """What the load took: `seconds` by the clock, `cpu_s` over all cores, `runs` of the graph."""

    seconds: float
    cpu_s: float
    runs: int


@dataclass(frozen=True)
class Calibration:
    """Watts that a computer draws idle and under a load."""

    idle_w: float
    busy_w: float
    load: Load

    @property
    def watts_per_core(self) -> float:
        """What a busy core adds.

        Raises:
            BrinellError: the load drew no more than the idle computer.
        """
        if self.busy_w <= self.idle_w:
            raise BrinellError(
                f"{self.busy_w:g} W under load is not more than {self.idle_w:g} W idle: read both again, with nothing"
                " else running, or load it for longer (--seconds)"
            )
        return (self.busy_w - self.idle_w) * self.load.seconds / self.load.cpu_s


def load(bundle: Bundle, seconds: float, cores: int | None = None) -> Load:
    """Reads the bundle's golden windows on all cores, or on so many, for a time."""
    windows = bundle.golden().windows
    began, cpu_began = time.perf_counter(), time.process_time()

    def read(_: int) -> int:
        runs = 0
        while time.perf_counter() - began < seconds:
            runs += len(bundle.graph.run(windows).logits)
        return runs

    count = cores or os.cpu_count() or 1
    with ThreadPoolExecutor(count) as pool:
        runs = sum(pool.map(read, range(count)))
    return Load(time.perf_counter() - began, time.process_time() - cpu_began, runs)


def by_rapl(bundle: Bundle, seconds: float, powercap: Path = POWERCAP) -> Calibration:
    """From the processor's own meter: idle for `seconds`, then loaded for as long.

    Raises:
        NoMeter: there is none, or this user may not read it.
    """
    packages = _packages(powercap)
    before = _counters(packages)
    time.sleep(seconds)
    between = _counters(packages)
    spent = load(bundle, seconds)
    after = _counters(packages)
    idle_w, busy_w = _joules(packages, before, between) / seconds, _joules(packages, between, after) / spent.seconds
    return Calibration(idle_w, busy_w, spent)


def _packages(powercap: Path) -> list[Path]:
    found = sorted(path for path in powercap.glob("intel-rapl:*") if path.name.count(":") == 1)
    if not found:
        raise NoMeter(f"{powercap} holds no intel-rapl meter (a virtual machine has none): use --idle-w and --busy-w")
    for package in found:
        if not os.access(package / "energy_uj", os.R_OK):
            raise NoMeter(f"{package / 'energy_uj'} cannot be read by this user: run it as root, or use --idle-w")
    return found


def _counters(packages: Sequence[Path]) -> list[int]:
    return [_read(package / "energy_uj") for package in packages]


def _joules(packages: Sequence[Path], before: Sequence[int], after: Sequence[int]) -> float:
    # A counter starts again from zero beyond its range.
    ranges = [_read(package / "max_energy_range_uj") for package in packages]
    return MICRO * sum((late - early) % (end + 1) for early, late, end in zip(before, after, ranges, strict=True))


def _read(file: Path) -> int:
    return int(file.read_text())
