"""What is aimed at, and whether it is reached: the aims of a network that would be shipped."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean

from data.protocols import ALL
from training.sheet import Sheet
from training.suites.suite import LEFT_EMPTY, NOT_RUN
from training.suites.truth.altering import SNR_DB
from training.suites.truth.answers import SURE, Answers
from training.suites.truth.figures import Told, of_splits, over_seeds
from training.suites.truth.filled import Filled, Series
from training.suites.truth.plan import HEADLINE


@dataclass(frozen=True)
class Reach:
    """What was reached in words, and whether that is enough; None where nothing was asked, run or answered."""

    text: str
    enough: bool | None = None


HEALTHY_LOAD = "270 lbs"
FIRING, PAPER_FLOAT, PAPER_INT8, FULL = 0.04, 12.0, 8.0, 3.0
NAMED_OF_CWRU = 0.75
REFERENCE = "MRA-SNN order"
"""The row whose figures on JNU's pairs of speeds a network must keep for its firing rate to count."""


@dataclass(frozen=True)
class Target:
    """An aim in words, and what a row reached of it."""

    aim: str
    reached: Callable[[Filled, str], Reach]


def sheet(filled: Filled) -> Sheet:
    """Rows the aims, columns the spiking networks."""
    rows = tuple((each.aim, *(_told(each.reached(filled, label)) for label in filled.spiking)) for each in TARGETS)
    return Sheet("", ("aim", *filled.spiking), rows)


def _told(reach: Reach) -> str:
    if reach.enough is None:
        return reach.text
    return f"{reach.text}: {'reached' if reach.enough else 'missed'}"


def _absent(series: Series) -> Reach:
    return Reach(NOT_RUN if series.asked else LEFT_EMPTY)


def _of_seeds(text: str, series: Series, enough: bool | None) -> Reach:
    """With the number of seeds, where not all are there."""
    return Reach(text if len(series.seeds) == series.asked else f"{text} ({series.told})", enough)


def _speeds(pairs: bool, worst: bool, least: float) -> Callable[[Filled, str], Reach]:
    def reached(filled: Filled, label: str) -> Reach:
        series = _at_speeds(filled, label, pairs)
        if not series.seeds:
            return _absent(series)
        average, lowest = _mean_and_lowest(series)
        value = lowest if worst else average
        return _of_seeds(f"{100 * value:.2f} %", series, value >= least)

    return reached


def _at_speeds(filled: Filled, label: str, pairs: bool) -> Series:
    names = [split for split in filled.splits("cross-speed", "jnu") if (" -> " in split) is pairs]
    return filled.series(label, "cross-speed", "jnu", names)


def _mean_and_lowest(series: Series) -> tuple[float, float]:
    means = [mean(split.values) for split in of_splits(series.reached(), "window_accuracy")]
    return mean(means), min(means)


def _loads(filled: Filled, label: str) -> Reach:
    names = [split for split in filled.splits("cross-load", "mfpt") if "+" not in split and split != HEALTHY_LOAD]
    series = filled.series(label, "cross-load", "mfpt", names)
    if not series.seeds:
        return _absent(series)
    worst = min(min(split.values) for split in of_splits(series.reached(), "window_accuracy"))
    return _of_seeds(f"worst split and seed {100 * worst:.2f} %", series, worst == 1.0)


def _recordings(filled: Filled, label: str) -> Reach:
    series = filled.series(label, "by-recording", "mfpt")
    if not series.seeds:
        return _absent(series)
    right = Told.of(series.reached()).most.right
    return _of_seeds(f"{right.right} of {right.total}", series, right.right == right.total)


def _at_0_db(filled: Filled, label: str) -> Reach:
    series = filled.series(label, "by-recording", "mfpt", noise=True)
    if not series.seeds:
        return _absent(series)
    value = mean(over_seeds(series.reached(SNR_DB.index(0.0)), "window_accuracy").values)
    return _of_seeds(f"{100 * value:.1f} %", series, value >= 0.97)


def _answered_right(rig: str, part: float) -> Callable[[Filled, str], Reach]:
    def reached(filled: Filled, label: str) -> Reach:
        series = _never_seen(filled, label, rig)
        if not series.seeds:
            return _absent(series)
        told = Told.of(series.reached())
        return _of_seeds(told.good("answered_right"), series, told.most.answered_right.value >= part)

    return reached


def _answered_none(rig: str, figure: str) -> Callable[[Filled, str], Reach]:
    def reached(filled: Filled, label: str) -> Reach:
        series = _never_seen(filled, label, rig)
        if not series.seeds:
            return _absent(series)
        told = Told.of(series.reached())
        text, found = told.bad(figure), getattr(told.most, figure)
        # Who answers nothing answers nothing wrong: that is no aim reached.
        if not any(each.answered_right.right or each.answered_wrong.right for each in told.each):
            return _of_seeds(f"{text}, no fault was answered at all", series, None)
        return _of_seeds(text, series, found.right == 0)

    return reached


def _surely_wrong(filled: Filled, label: str) -> Reach:
    series = filled.series(label, "cross-machine", ALL)
    found = Answers.of(series)
    if found is None:
        return _absent(series)
    sure = found.sure(known_only=True)
    if not sure.answers:
        return _of_seeds("no fault was answered at all so surely", series, None)
    low, high = sure.bearings.interval()
    text = f"{sure.bearings.right} of {sure.bearings.total} bearings, {low:.0%} to {high:.0%}"
    return _of_seeds(text, series, sure.wrong == 0)


def _never_seen(filled: Filled, label: str, rig: str) -> Series:
    return filled.series(label, "cross-machine", "all", [f"{rig} never seen"])


def _areas(filled: Filled, label: str) -> Reach:
    series = filled.series(label, "by-bearing", "cwru")
    own = _area(series)
    if own is None:
        return _absent(series)
    others = (row for row in filled.rows("by-bearing", "cwru") if row not in filled.spiking)
    areas = (_area(filled.series(row, "by-bearing", "cwru")) for row in others)
    best = max((area for area in areas if area is not None), default=0.0)
    return _of_seeds(f"{own:.3f}, best of the others {best:.3f}", series, own >= 0.95 and own > best)


def _area(series: Series) -> float | None:
    values = over_seeds(series.reached(), "macro_auroc").values
    return mean(values) if values else None


def _fires(protocol: str, dataset: str) -> Callable[[Filled, str], Reach]:
    def reached(filled: Filled, label: str) -> Reach:
        series = filled.series(label, protocol, dataset)
        costs = [raw.reached[0].cost for seed in series.seeds for raw in seed]
        rates = [cost.firing_rate for cost in costs if cost is not None]
        if not rates:
            return _absent(series)
        rate = mean(rates)
        text = f"{100 * rate:.1f} %"
        if rate > FIRING:
            return _of_seeds(text, series, False)
        # Few spikes are no gain where they cost what the network is there for.
        own, wanted = _at_speeds(filled, label, pairs=True), _at_speeds(filled, REFERENCE, pairs=True)
        if not (own.seeds and wanted.seeds):
            return _of_seeds(f"{text}, JNU's pairs not asked or not run", series, None)
        pairs = zip(_mean_and_lowest(own), _mean_and_lowest(wanted), strict=True)
        if any(mine < least for mine, least in pairs):
            return _of_seeds(f"{text}, but loses JNU's pairs", series, False)
        return _of_seeds(text, series, True)

    return reached


def _cheaper(account: str, profile: str, times: float) -> Callable[[Filled, str], Reach]:
    def reached(filled: Filled, label: str) -> Reach:
        costs = [raw.reached[0].cost for raw in filled.clean(label)]
        energies = [cost.energy[profile] for cost in costs if cost is not None]
        if not energies:
            return Reach(NOT_RUN)
        own = mean(getattr(each, account) for each in energies)
        ratio = mean(getattr(each, f"twin_{account}") for each in energies) / own
        return Reach(f"1/{ratio:.3g}" if ratio >= 1 else f"{1 / ratio:.3g} times", ratio >= times)

    return reached


def _of_a_rig(rig: str, part: float) -> tuple[Target, ...]:
    title, wanted = f"`cross-machine`, {rig.upper()} never seen", "all" if part == 1 else f"{100 * part:.0f} %"
    return (
        Target(f"{title}: faults answered right, {wanted}", _answered_right(rig, part)),
        Target(f"{title}: faults answered wrong, none", _answered_none(rig, "answered_wrong")),
        Target(f"{title}: false alarms answered, none", _answered_none(rig, "answered_alarms")),
    )


TARGETS: tuple[Target, ...] = (
    *_of_a_rig("mfpt", 1.0),
    *_of_a_rig("jnu", 1.0)[:2],  # none of its recordings here is healthy
    *_of_a_rig("cwru", NAMED_OF_CWRU),
    Target(f"`cross-machine`: bearings answered wrong with confidence {SURE:g} or more, none", _surely_wrong),
    Target("`by-bearing`, CWRU: macro-AUROC 0.95 and above every baseline", _areas),
    Target("`cross-speed`, JNU: mean of six pairs 99.7 %", _speeds(pairs=True, worst=False, least=0.997)),
    Target("`cross-speed`, JNU: worst pair 99 %", _speeds(pairs=True, worst=True, least=0.99)),
    Target("`cross-speed`, JNU: one speed left out 99.7 %", _speeds(pairs=False, worst=False, least=0.997)),
    Target("`cross-load`, MFPT, 0 to 250 lbs: no window wrong, worst seed", _loads),
    Target("`by-recording`, MFPT: every recording", _recordings),
    Target("`by-recording`, MFPT, noise at 0 dB: 97 % of windows", _at_0_db),
    *(
        Target(
            f"firing rate, `{protocol}`{'' if dataset == ALL else f', {dataset.upper()}'}: 4 %",
            _fires(protocol, dataset),
        )
        for protocol, dataset in HEADLINE
    ),
    Target("`paper` float32: 1/12 of the twin's", _cheaper("paper", "float32", PAPER_FLOAT)),
    Target("`paper` int8: 1/8 of the twin's", _cheaper("paper", "int8", PAPER_INT8)),
    Target("`full` float32: 1/3 of the twin's", _cheaper("full", "float32", FULL)),
    Target("`full` int8: 1/3 of the twin's", _cheaper("full", "int8", FULL)),
)
