"""docs/measured/assets.md, from what docs/measured/assets.json holds."""

from benchmarks.assets.measuring import DIFFERENT, Remembered
from benchmarks.writing import Files
from training.sheet import Sheet

AIM_MS = 50.0


def page(found: Remembered) -> str:
    """The whole page."""
    rows = tuple(
        (store.title, each.title, f"{each.asked:,}", f"{each.failed}", f"{each.bytes / 1000:.0f}",
         f"{each.p50_ms:.1f}", f"{each.p99_ms:.1f}", "reached" if each.p99_ms < AIM_MS else "**missed**")
        for store in found.stores for each in store.asked
    )  # fmt: skip
    head = ("store", "asked for", "requests", "failed", "kB of an answer", "p50 ms", "p99 ms", f"p99 under {AIM_MS:g}")
    sheet = Sheet("What it took", head, rows)
    filled = "; ".join(
        f"{store.title} was filled in {store.filled_s:g} s, load average of the machine {store.load[0]:g} before and "
        f"{store.load[1]:g} after"
        for store in found.stores
    )
    machine = found.machine
    return (
        f"# A store with {found.assets:,} assets and {found.diagnoses:,} diagnoses, asked over HTTP\n\n"
        f"Made by `brinell bench assets`: {found.per_s:g} requests a second in an open loop, in turn about {DIFFERENT} "
        "assets drawn by chance; a time counts from the moment that its request was due. The diagnoses are those of "
        "simulated machines, a year of them, each of an asset drawn by chance, as are level, severity and condition; "
        f"to the newest 8,191 no term leads yet: they are read through.\n\n{sheet.markdown()}\n"
        f"{filled}.\n\n"
        f"{machine.processor}, {machine.cores} cores, {machine.system}, Python {machine.python}.\n"
    )


ASSETS = Files("assets.json", "assets.md", None, "brinell bench assets", Remembered.read, page)
