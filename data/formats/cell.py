"""The child of `data.formats.confined`: limits itself, reads one file from its standard input, reports, ends.

    python -m data.formats.cell '{"name": ..., "ending": ".mat", ...}' <file >samples

What it reports is one line of JSON, then the samples of each channel as float32: nothing that could run code.
"""

import contextlib
import json
import resource
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn

MIB = 1 << 20
SWOLLEN = 77
"""Exit status where memory did not suffice."""


@dataclass(frozen=True)
class Limits:
    """What the child may use.

    Attributes:
        memory_bytes: of address space, 0.3 GiB of which are its libraries.
        cpu_s: seconds of processor.
        wall_s: seconds of clock.
        samples_bytes: what all channels together may be, as float32.
    """

    memory_bytes: int = 1024 * MIB
    cpu_s: int = 20
    wall_s: float = 40.0
    samples_bytes: int = 512 * MIB


@dataclass(frozen=True)
class Order:
    """What is to be read: see `data.formats.confined.read`."""

    name: str
    ending: str
    every: bool
    channel: str | int | tuple[str, ...] | None
    limits: Limits


@dataclass(frozen=True)
class ReportedSignal:
    """A `Signal` whose samples, so many, follow after the report."""

    samples: int
    rate_hz: float | None
    note: str
    speed_rpm: float | None
    channel: str | None
    unit: str | None


@dataclass(frozen=True)
class Report:
    """The signals, or what is wrong with the file."""

    signals: list[ReportedSignal] = field(default_factory=list)
    wrong: str | None = None
    wrong_field: str = "samples"


def confine(limits: Limits) -> None:
    """From here on the kernel holds this process to `limits`."""
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.samples_bytes + MIB),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    with contextlib.suppress(OSError):  # where the machine's memory ends before, this is what it can do without
        Path("/proc/self/oom_score_adj").write_text("1000")


def main() -> NoReturn:
    """Does what its one argument orders."""
    told = json.loads(sys.argv[1])
    order = Order(**told | {"limits": Limits(**told["limits"])})
    confine(order.limits)
    try:
        _read(order)
    except MemoryError:
        sys.exit(SWOLLEN)
    sys.exit(0)


def _read(order: Order) -> None:
    import numpy as np

    from data.errors import FormatError
    from data.formats import EVERY, FORMATS, Source

    out = sys.stdout.buffer
    try:
        # Parsers print warnings, and nothing but the report belongs into the answer.
        with contextlib.redirect_stdout(sys.stderr), np.errstate(all="ignore"):
            channel = tuple(order.channel) if isinstance(order.channel, list) else order.channel
            wanted = EVERY if order.every else channel
            signals = FORMATS[order.ending](Source(order.name, sys.stdin.buffer), wanted)
    except FormatError as error:
        out.write(_line(Report(wrong=str(error), wrong_field=error.field)))
        return
    if sum(signal.samples.nbytes for signal in signals) > order.limits.samples_bytes:
        raise MemoryError
    found = [
        ReportedSignal(each.samples.size, each.rate_hz, each.note, each.speed_rpm, each.channel, each.unit)
        for each in signals
    ]
    out.write(_line(Report(found)))
    for each in signals:
        out.write(np.ascontiguousarray(each.samples, "<f4").data)
    out.flush()


def _line(report: Report) -> bytes:
    return json.dumps(asdict(report)).encode() + b"\n"


if __name__ == "__main__":
    main()
