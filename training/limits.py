"""What a model card warns of: what is true of every network of a front end, and what was found of some."""

from collections.abc import Callable
from dataclasses import dataclass

from data.datasets import DATASETS
from data.fault import Fault
from data.front_ends import OrderFrontEnd
from models.manifest import Manifest
from training.seen import Seen

ALWAYS = '"Nothing found" is not "healthy".'
BY_FRONT_END = {
    "aligned": "It believes the speed and the bearing it is given; the service compares both with the signal and warns "
    "(docs/measured/doubt.md).",
    "order": "Where speed and bearing are known, the service takes `aligned` instead.",
    "time": "Raw samples tell rigs and specimens: a network of this kind may be right on the bearings it has seen, and "
    "read the same faults wrong at another load or on another machine. Give the speed, and the service uses `order` "
    "instead.",
}
ONE_BEARING_A_STATE = ("mfpt", "jnu")
CWRU_BEARINGS = "one healthy and 11 faulty bearings (15 if an outer race counts anew at each position)"
ALL_RIGS = frozenset(DATASETS)
SHOW_LITTLE = {"cwru/197 as rolling_element", "cwru/199 as rolling_element"}


@dataclass(frozen=True)
class Finding:
    """What was found of the networks of some front ends; `holds` where a bundle was made of the same, and no less."""

    front_ends: tuple[str, ...]
    holds: Callable[[Manifest, Seen], bool]
    text: str


FINDINGS = (
    Finding(
        ("aligned",),
        lambda manifest, seen: seen.simulated_alone,
        "A speed off by 3 % loses most faults (docs/measured/controls.md).",
    ),
    Finding(
        ("aligned",),
        lambda manifest, seen: seen.simulated_alone and "cwru" in seen.tested,
        "What it misses are faults whose envelope shows little at their orders, most of all damaged rolling elements "
        "and CWRU's 0.028 in bearings, which do not fit their stated geometry. It then finds nothing, or names one "
        "with low confidence.",
    ),
    Finding(
        ("aligned",),
        lambda manifest, seen: "jnu" in seen.tested,
        "JNU's recordings were all read with the same orders for this card, measured on them: their bearing types tell "
        "the fault.",
    ),
    Finding(
        ("order", "time"),
        lambda manifest, seen: bool(ALL_RIGS & set(seen.trained)),
        "On a machine never seen a network of this kind mostly names a wrong fault (docs/results.md). The "
        "unknown-check is there to keep such answers back.",
    ),
    Finding(
        ("order",),
        lambda manifest, seen: "cwru" in seen.trained and _usual_bands(manifest),
        "CWRU's healthy recordings, published at 48 kHz, were brought to the 12 kHz of its faults, for training and "
        "for the table: at 48 kHz they reach bands in which this network has learned no healthy CWRU bearing. Asked "
        "with the shipped bundle, the service calls both of them unknown (a test).",
    ),
    Finding(
        ("order",),
        lambda manifest, seen: set(seen.trained) == ALL_RIGS and _usual_bands(manifest) and not _jnu_healthy(manifest),
        "Above 4 kHz `rolling_element` was learned from JNU alone and `normal` from MFPT alone: no other of the three "
        "rigs has that state at a rate that reaches there. In those bands the rig and the fault cannot be told apart "
        "by this data.",
    ),
    Finding(
        ("order",),
        lambda manifest, seen: "cwru" in seen.trained and set(manifest.summary.misread) >= SHOW_LITTLE,
        "CWRU 197 and 199 (outer race, 0.014 in) show little at their characteristic order, and it reads them as a "
        "rolling element. Expect the same of faults that show as little.",
    ),
)


def limits(manifest: Manifest) -> tuple[str, ...]:
    """Sentences, one warning each."""
    kind, seen = manifest.front_end.kind, Seen.by(manifest)
    found = (each.text for each in FINDINGS if kind in each.front_ends and each.holds(manifest, seen))
    return (ALWAYS, _bearings(manifest, seen), BY_FRONT_END[kind], *found)


def _bearings(manifest: Manifest, seen: Seen) -> str:
    """How many bearings stand behind the figures."""
    rigs = [name for name in DATASETS if name in (*seen.trained, *seen.tested)]
    few = [name.upper() for name in rigs if name in ONE_BEARING_A_STATE]
    parts = [f"{' and '.join(few)} {'have' if len(few) > 1 else 'has'} one bearing for each state"] if few else []
    if "cwru" in rigs:
        parts.append(f"CWRU {CWRU_BEARINGS}" if few else f"CWRU has {CWRU_BEARINGS}")
    told = ", ".join(parts) or "The figures rest on machines of the operator's own"
    if not (seen.machines_apart or seen.bearings_apart):
        told += ": nothing here shows that a fault is known on a bearing never seen"
    if "jnu" in seen.tested and not _jnu_healthy(manifest):
        told += ". JNU has no healthy recording here: alone it is a three-fault problem"
    return f"{told}."


def _usual_bands(manifest: Manifest) -> bool:
    front_end = manifest.front_end
    return isinstance(front_end, OrderFrontEnd) and front_end.bands_hz == OrderFrontEnd().bands_hz


def _jnu_healthy(manifest: Manifest) -> bool:
    return any((figure.rig, figure.fault) == ("jnu", Fault.NORMAL) for figure in manifest.figures)
