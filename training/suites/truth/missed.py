"""How often "nothing found" was said of a faulty machine never seen, from the truth table's own cells."""

from data.fault import Fault
from models.manifest import Rate
from training.metrics import Share
from training.suites.ledger import Ledger
from training.suites.truth.filled import raw_of

CROSS_MACHINE = "cross-machine"
RIGS = 3
ROWS = {"order": "MRA-SNN order", "time": "MRA-SNN time"}
"""Which row's networks are those of a front end's bundle, each trained without the machine that it read."""


def missed_never_seen(front_end: str, ledger: Ledger) -> Rate | None:
    """Of the faulty recordings of all rigs, each read by the network of the first seed that never saw its rig.

    None where a cell of them is not filled.
    """
    raws = [raw_of(result) for result in ledger.results().values() if _is_cell(result, front_end)]
    if len(raws) != RIGS:
        return None
    faulty = [each for raw in raws for each in raw.reached[0].recordings if each.fault is not Fault.NORMAL]
    share = Share(sum(each.verdict is Fault.NORMAL for each in faulty), len(faulty))
    return Rate(missed=share.right, of=share.total, interval=share.interval())


def _is_cell(result: dict[str, object], front_end: str) -> bool:
    wanted = {"row": ROWS.get(front_end), "protocol": CROSS_MACHINE, "seed": 0}
    return all(result.get(field) == value for field, value in wanted.items())
