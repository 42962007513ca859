"""docs/measured/tuning.md."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean

from training.sheet import Row, Sheet
from training.suites.cell import Cell, Result
from training.suites.problem import BEARINGS
from training.suites.suite import LEFT_EMPTY, NOT_RUN
from training.suites.tuning.cells import LOADS, PROBLEMS
from training.suites.tuning.figures import Choice, Standing, choices
from training.suites.tuning.grid import LEARNING_RATES, SHARED, told, tuned_rows

OPENING = f"""\
# Tuning

Written by `brinell evaluate --suite tuning` from docs/measured/tuning, a line a cell; no number is typed by hand.

The rows of docs/results.md that learn from real recordings in the front ends `order` and `time`, each with the same
few learning rates: the shared one ({told(SHARED)}), a third of it and three times it. All else stays, weight decay and
the spike penalty too. One seed. Only validation parts are read here, no test part. The setting that reads most
validation windows right wins, every state weighing alike; of equals the one with the lower loss.

What this cannot say. The weights of each run are those with the lowest loss on the same validation part, so all
figures flatter, those of every network alike. Three splits and one seed are few: a gain counts as larger than the
spread only where its mean over the splits is larger than the way from the smallest gain to the largest. CWRU has three
fault diameters, so those that validate here are tested in another split of docs/results.md, and MFPT's recordings are
tested there at their own load: one setting for all splits, chosen on the means, has seen them. What each split chooses
alone has not.
"""

WHAT = {
    BEARINGS: (
        "CWRU, bearings never seen",
        "Three inner splits of `by-bearing`: one fault diameter trains, a second validates, the third is not read; each"
        " diameter validates once. Means over the splits, the lowest and the highest beside.",
    ),
    LOADS: (
        "MFPT, 250 lbs left out",
        "`cross-load`: the last 20 % of each recording that trains validates. It has the bearings and loads that"
        " trained, so it says less than that of the bearings: it tells what does not learn at all.",
    ),
}

CHOSEN = "## What each row would choose\n"
CHOSEN_TEXT = """\
On the bearings, since other bearings validate there; the loads beside. A gain is in points of validation windows right,
over the shared setting: its mean over the three splits, the smallest and the largest. One of 0.0 was decided by the
loss.
"""
CHOSEN_HEADINGS: Row = (
    "",
    "the table uses",
    "wins on bearings",
    "gain",
    "larger than the spread",
    "each split alone",
    "wins on loads",
    "gain",
)
HEADINGS: Row = ("", "learning rate", "windows right, %", "lowest to highest", "loss", "fires, %", "wins")


def page(cells: Sequence[Cell], results: Mapping[str, Result]) -> str:
    """The whole page."""
    found = {problem: choices(cells, results, problem) for problem in PROBLEMS}
    parts = [OPENING, *_chosen(found[BEARINGS], found[LOADS])]
    for problem in PROBLEMS:
        title, text = WHAT[problem]
        rows = tuple(row for label, choice in found[problem].items() for row in _settings(label, choice))
        parts += [f"## {title}\n", f"{text}\n", Sheet(title, HEADINGS, rows).markdown_table()]
    return "\n".join(parts)


def _chosen(bearings: Mapping[str, Choice | None], loads: Mapping[str, Choice | None]) -> Iterator[str]:
    used = {row.label: told(row.training().schedule.learning_rate) for row in tuned_rows()}
    rows = tuple((label, used[label], *_on_bearings(bearings[label]), *_on_loads(loads[label])) for label in bearings)
    yield CHOSEN
    yield CHOSEN_TEXT
    yield Sheet("", CHOSEN_HEADINGS, rows).markdown_table()
    yield f"Rows that gain more than the spread by another setting: {_beyond(bearings)}.\n"


def _beyond(bearings: Mapping[str, Choice | None]) -> str:
    if None in bearings.values():
        return NOT_RUN
    return ", ".join(label for label, choice in bearings.items() if choice and choice.beyond_the_spread) or "none"


def _on_bearings(choice: Choice | None) -> Row:
    if choice is None:
        return (NOT_RUN,) * 4
    alone = ", ".join(told(each.learning_rate) for each in choice.by_split())
    if choice.best.learning_rate == SHARED:
        return (told(SHARED), LEFT_EMPTY, LEFT_EMPTY, alone)
    spread = "{:+.1f} to {:+.1f}".format(*(100 * end(choice.gains) for end in (min, max)))
    gain = f"{100 * mean(choice.gains):+.1f} ({spread})"
    return (told(choice.best.learning_rate), gain, "yes" if choice.beyond_the_spread else "no", alone)


def _on_loads(choice: Choice | None) -> Row:
    if choice is None:
        return (NOT_RUN,) * 2
    gain = LEFT_EMPTY if choice.best.learning_rate == SHARED else f"{100 * mean(choice.gains):+.1f}"
    return (told(choice.best.learning_rate), gain)


def _settings(label: str, choice: Choice | None) -> Iterator[Row]:
    if choice is None:
        yield from ((label, told(rate), *(NOT_RUN,) * (len(HEADINGS) - 2)) for rate in LEARNING_RATES)
        return
    for each in choice.settings:
        yield (label, told(each.learning_rate), *_figures(each), "wins" if each is choice.best else "")


def _figures(each: Standing) -> Row:
    lowest, highest = (100 * end(each.accuracies) for end in (min, max))
    return (
        f"{100 * mean(each.accuracies):.1f}",
        f"{lowest:.1f} to {highest:.1f}" if len(each.accuracies) > 1 else LEFT_EMPTY,
        f"{mean(each.losses):.3f}",
        f"{100 * mean(each.firing_rates):.1f}" if each.firing_rates else LEFT_EMPTY,
    )
