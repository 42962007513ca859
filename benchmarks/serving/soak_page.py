"""docs/measured/soak.md, from what docs/measured/soak.json holds."""

from benchmarks.results import Spread
from benchmarks.serving.soak import FLAT, Soak
from benchmarks.writing import Files
from training.sheet import Sheet


def page(soak: Soak) -> str:
    """The whole page."""
    count = sum(each.asked for each in soak.stretches)
    held = [each.resident_mib for each in soak.stretches]
    p50, p99 = (Spread.of(tuple(getattr(each, name) for each in soak.stretches)) for name in ("p50_ms", "p99_ms"))
    rows = (
        ("requests", f"{count:,}", "", ""),
        ("not answered with 200", f"{soak.failed:,}", "0", _reached(soak.failed == 0)),
        ("growth of memory", f"{soak.growth:+.1%}", f"at most {FLAT:.0%}", _reached(soak.growth <= FLAT)),
        ("MiB of the process, first to last, least to most",
         f"{held[0]:.0f} to {held[-1]:.0f}, {min(held):.0f} to {max(held):.0f}", "", ""),
        ("p50 ms of 10 s, median of all", f"{p50.median:.1f} ({p50.lower:.1f} to {p50.upper:.1f})", "", ""),
        ("p99 ms of 10 s, median of all", f"{p99.median:.1f} ({p99.lower:.1f} to {p99.upper:.1f})", "", ""),
    )  # fmt: skip
    machine = soak.machine
    return (
        f"# The service at four fifths of what it can, for {soak.seconds / 60:g} minutes\n\n"
        f"Made by `brinell bench soak`: {soak.per_s:g} requests a second in an open loop, {soak.asked}.\n\n"
        f"{Sheet('What came of it', ('', 'measured', 'target', ''), rows).markdown()}\n"
        "Growth is from the second fifth of the time to the last.\n\n"
        f"{machine.processor}, {machine.cores} cores, {machine.system}, Python {machine.python}. Load average of the "
        f"machine before and after: {soak.load[0]:g} and {soak.load[1]:g}.\n"
    )


def _reached(yes: bool) -> str:
    return "reached" if yes else "**missed**"


SOAK = Files("soak.json", "soak.md", None, "brinell bench soak", Soak.read, page)
