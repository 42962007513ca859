"""The truth table's kinds of tables, each as a `Sheet`."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import mean

from data.fault import Fault
from training.sheet import Row, Sheet
from training.suites.rows import RULE
from training.suites.suite import LEFT_EMPTY, NOT_RUN
from training.suites.truth.altering import SNR_DB
from training.suites.truth.figures import Spread, Told, Verdict, of_splits, over_seeds
from training.suites.truth.filled import Filled, Series
from training.suites.truth.raw import Cost, Energy

PERCENT = 100.0
OVERALL = ("", "seeds", "windows right, %", "macro-F1", "macro-AUROC", "recordings right", "missed", "false alarms")
BEARINGS = "bearings right"
FEW_SPLITS = 3
"""So many splits are named, more are counted."""


def overall(filled: Filled, protocol: str, dataset: str, title: str, bearings: bool = False) -> Sheet:
    """All splits together: windows and areas are means over splits, recordings are counted once."""

    def row(series: Series) -> Row:
        seeds = series.reached()
        told = Told.of(seeds)
        last = (told.good("bearings_right", interval=True),) if bearings else ()
        return (
            over_seeds(seeds, "window_accuracy").text(PERCENT, 2),
            over_seeds(seeds, "macro_f1").text(),
            over_seeds(seeds, "macro_auroc").text(),
            told.good("right", interval=not bearings),
            told.bad("missed"),
            told.bad("false_alarms"),
            *last,
        )

    headings = (*OVERALL, BEARINGS) if bearings else OVERALL
    return _sheet(filled, (protocol, dataset), title, headings, row)


def one_rig(filled: Filled, split: str, dataset: str, title: str) -> Sheet:
    """A rig never seen: what was named, what was missed, and the forced choice beside it."""

    def row(series: Series) -> Row:
        seeds = series.reached()
        told = Told.of(seeds)
        return (
            told.good("named_right"),
            told.bad("named_wrong"),
            told.good("answered_right"),
            told.bad("answered_wrong"),
            told.bad("missed"),
            told.bad("false_alarms"),
            told.good("bearings_right", interval=True),
            told.good("forced_right"),
            over_seeds(seeds, "window_accuracy").text(PERCENT, 2),
            over_seeds(seeds, "macro_auroc").text(),
        )

    named = ("named right", "named wrong", "answered right", "answered wrong", "nothing found", "false alarms")
    headings = ("", "seeds", *named, BEARINGS, "forced choice right", "windows right, %", "macro-AUROC")
    return _sheet(filled, ("cross-machine", dataset), title, headings, row, [split])


def speeds(filled: Filled, title: str) -> Sheet:
    """JNU: the six ordered pairs of speeds, and each speed left out."""
    splits = filled.splits("cross-speed", "jnu")
    kinds = [[at for at, split in enumerate(splits) if (" -> " in split) is pair] for pair in (True, False)]

    def row(series: Series) -> Row:
        seeds = series.reached()
        parts: list[str] = []
        for kind in kinds:
            chosen = [[splits[at] for at in kind] for splits in seeds]
            lowest = of_splits(chosen, "window_accuracy")
            parts.append(over_seeds(chosen, "window_accuracy").text(PERCENT, 2))
            parts.append(_worst_split(lowest))
        return tuple(parts)

    headings = ("", "seeds", "six pairs, %", "worst pair, %", "one speed left out, %", "worst left out, %")
    return _sheet(filled, ("cross-speed", "jnu"), title, headings, row)


def split_by_split(filled: Filled, protocol: str, dataset: str, title: str) -> Sheet:
    """Windows right under each split, rows the splits, columns the networks: mean and, in parentheses, worst seed."""
    labels = [label for label in filled.rows(protocol, dataset) if label != RULE]
    rows = []
    for split in filled.splits(protocol, dataset):
        found = [filled.series(label, protocol, dataset, [split]) for label in labels]
        rows.append((split, *(_mean_and_worst(each) for each in found)))
    return Sheet(title, ("windows right, %", *labels), tuple(rows))


def noise(filled: Filled, protocol: str, dataset: str, title: str) -> Sheet:
    """Windows right at each noise level; of the envelope rule recordings, having no windows."""
    rows = []
    for label in filled.rows(protocol, dataset):
        series = filled.series(label, protocol, dataset, noise=True)
        levels = [_at_level(series, level) for level in range(len(SNR_DB))] if series.seeds else [NOT_RUN] * len(SNR_DB)
        rows.append((label, series.told, *levels))
    return Sheet(title, ("", "seeds", *(f"{level:g} dB" for level in SNR_DB)), tuple(rows))


def flattery(filled: Filled, columns: Sequence[tuple[str, str]], dataset: str, title: str) -> Sheet:
    """What random windows reach beside the honest protocols on the same rig; `columns`: heading and protocol."""

    def figure(label: str, protocol: str) -> str:
        if protocol == "cross-machine":
            return _mean_and_worst(filled.series(label, protocol, "all", [f"{dataset} never seen"]))
        return _mean_and_worst(filled.series(label, protocol, dataset))

    labels = [label for label in filled.rows("random-window", dataset) if label != RULE]
    rows = tuple((label, *(figure(label, protocol) for _, protocol in columns)) for label in labels)
    return Sheet(title, ("windows right, %", *(heading for heading, _ in columns)), rows)


def variants(filled: Filled, title: str) -> Sheet:
    """Which variant of the envelope rule the splits of each protocol chose."""
    rows = []
    for protocol, dataset in filled.protocols(RULE):
        splits: dict[str, list[str]] = defaultdict(list)
        for raw in (raw for seed in filled.series(RULE, protocol, dataset).seeds for raw in seed):
            if raw.variant is not None:
                splits[raw.variant.title].append(raw.split)
        total = len(filled.splits(protocol, dataset))
        chosen = [f"{variant}: {_which(names, total)}" for variant, names in splits.items()]
        rows.append((f"`{protocol}`, {dataset.upper()}", "; ".join(chosen) or NOT_RUN))
    return Sheet(title, ("", "variant: the splits that chose it"), tuple(rows))


def energy(filled: Filled, labels: Sequence[str], title: str) -> Sheet:
    """Means of a graph run over all cells of a row; a ratio is how many times cheaper than the ReLU twin."""
    headings: Row = ("", "parameters", "fires, %", "SynOps", "MACs", "paper, nJ", "full, nJ")
    ratios = ("paper, float32", "paper, int8", "full, float32", "full, int8")
    return Sheet(
        title,
        (*headings, *(f"twin / it: {ratio}" for ratio in ratios)),
        tuple(_cost(filled, label) for label in labels),
    )


def wrong(series: Series) -> str:
    """The recordings that most seeds missed or misread, by name."""
    if not series.seeds:
        return NOT_RUN
    verdicts = [each for each in Told.of(series.reached()).verdicts if not each.right]
    return "; ".join(_named(verdicts)) or "none"


def _named(verdicts: Sequence[Verdict]) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for each in sorted(verdicts, key=lambda each: each.recording.title):
        kind = f"{each.fault} {'missed' if each.verdict is Fault.NORMAL else f'read as {each.verdict}'}"
        kinds.setdefault(kind, []).append(each.recording.name)
    return [f"{kind}: {', '.join(titles)}" for kind, titles in sorted(kinds.items())]


def _sheet(
    filled: Filled,
    where: tuple[str, str],
    title: str,
    headings: Row,
    row: Callable[[Series], Row],
    splits: Sequence[str] | None = None,
) -> Sheet:
    rows = []
    for label in filled.rows(*where):
        series = filled.series(label, *where, splits)
        figures = row(series) if series.seeds else (NOT_RUN,) * (len(headings) - 2)
        rows.append((label, series.told, *figures))
    return Sheet(title, headings, tuple(rows))


def _worst_split(splits: Sequence[Spread]) -> str:
    """The lowest mean over seeds, and the lowest of all seeds."""
    known = [split.values for split in splits if split.values]
    if not known:
        return ""
    lowest, worst = min(mean(values) for values in known), min(min(values) for values in known)
    return f"{PERCENT * lowest:.2f} ({PERCENT * worst:.2f})"


def _mean_and_worst(series: Series) -> str:
    if not series.seeds:
        return NOT_RUN if series.asked else LEFT_EMPTY
    values = over_seeds(series.reached(), "window_accuracy").values
    text = f"{PERCENT * mean(values):.1f} ({PERCENT * min(values):.1f})"
    return text if len(values) == series.asked else f"{text}, {series.told}"


def _at_level(series: Series, level: int) -> str:
    seeds = series.reached(level)
    if series.row == RULE:
        return f"{Told.of(seeds).good('right')} recordings"
    return over_seeds(seeds, "window_accuracy").text(PERCENT, 1)


def _cost(filled: Filled, label: str) -> Row:
    raws = [raw for raw in filled.clean(label) if raw.reached[0].cost is not None]
    costs = [raw.reached[0].cost for raw in raws if raw.reached[0].cost is not None]
    if not costs:
        return (label, *(NOT_RUN,) * 10)
    first = {name: _average([each.energy[name] for each in costs]) for name in ("float32", "int8")}
    single, small = first["float32"], first["int8"]
    rate = mean(each.firing_rate for each in costs)
    return (
        label,
        f"{raws[0].parameters:,}",
        f"{PERCENT * rate:.1f}" if rate else "no spikes",
        _whole(costs, lambda each: each.synops),
        _whole(costs, lambda each: each.macs),
        f"{single.paper:,.0f}",
        f"{single.full:,.0f}",
        *(f"{ratio:.3g}" for ratio in _ratios(single, small)),
    )


def _ratios(single: Energy, small: Energy) -> tuple[float, ...]:
    return (
        single.twin_paper / single.paper,
        small.twin_paper / small.paper,
        single.twin_full / single.full,
        small.twin_full / small.full,
    )


def _average(energies: Sequence[Energy]) -> Energy:
    return Energy(**{name: mean(getattr(each, name) for each in energies) for name in Energy.model_fields})


def _which(splits: Sequence[str], total: int) -> str:
    """Names where there are few."""
    return ", ".join(splits) if total <= FEW_SPLITS else f"{len(splits)} of {total} splits"


def _whole(costs: Sequence[Cost], figure: Callable[[Cost], float]) -> str:
    return f"{mean(map(figure, costs)):,.0f}"
