"""How often "nothing found" was said of a faulty machine never seen, from the truth table's own cells."""

from collections import defaultdict

from data.fault import Fault
from models.manifest import Rate
from training.metrics import Share
from training.suites.ledger import Ledger
from training.suites.truth.filled import raw_of
from training.suites.truth.raw import Raw

CROSS_MACHINE = "cross-machine"
RIGS = 3
ROWS = {
    "order": ("MRA-SNN order", "MRA-SNN order, as shipped"),
    "time": ("MRA-SNN time", "MRA-SNN time, as shipped"),
}
"""Which rows' networks are of the kind of a front end's bundle, each trained without the machine that it read."""


def missed_never_seen(front_end: str, ledger: Ledger) -> Rate | None:
    """Of the faulty recordings of all rigs, each read by a network that never saw its rig: what the worst seed missed.

    The worst and not all together, since seeds read the same recordings: these are few, and the interval must say so.
    None where no row has a seed with all rigs filled.
    """
    by_seed: dict[tuple[str, int], list[Raw]] = defaultdict(list)
    for result in ledger.results().values():
        if result.get("protocol") == CROSS_MACHINE and result.get("row") in ROWS.get(front_end, ()):
            raw = raw_of(result)
            by_seed[raw.row, raw.seed].append(raw)
    shares = [_missed(raws) for raws in by_seed.values() if len(raws) == RIGS]
    if not shares:
        return None
    worst = max(shares, key=lambda share: share.value)
    return Rate(missed=worst.right, of=worst.total, interval=worst.interval())


def _missed(raws: list[Raw]) -> Share:
    faulty = [each for raw in raws for each in raw.reached[0].recordings if each.fault is not Fault.NORMAL]
    return Share(sum(each.verdict is Fault.NORMAL for each in faulty), len(faulty))
