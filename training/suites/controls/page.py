"""docs/measured/controls.md, from the raw results of the cells."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from data.datasets import DATASETS
from training.controls.scores import DRAWS, Score, balanced
from training.controls.variants import AS_IT_IS, SHUFFLED, SPEED_ERRORS, Scores, scores_of, wrong_speed
from training.controls.word import word_of
from training.sheet import Row, Sheet
from training.suites.cell import Cell, Result
from training.suites.controls.cells import BundleCell, LabelsCell, OrderCell
from training.suites.controls.rate import DECIMATED, RateCell
from training.suites.suite import LEFT_EMPTY, NOT_RUN

Results = Mapping[str, Result]
SPEEDS = tuple(wrong_speed(error) for error in SPEED_ERRORS)

INTRODUCTION = """\
# Controls: is it right for the right reason?

Made by `brinell evaluate --suite controls` from the raw results in `docs/measured/controls/`; no figure is typed by
hand. But for the shipped bundles each network is small, trained for the few steps that these controls need, one seed:
the figures say what such a network leans on, not how good it can be.

"97.0 % (90 % to 99 %), 8 of 9" means: 97.0 % of windows right, the mean over faults of the mean over recordings, with
its 95 % interval (a bootstrap over recordings, for the windows of one recording are not independent), and 8 of 9
recordings read right. Chance is one divided by the number of faults that the network may name, also on a rig where
fewer occur: who is blind and guesses evenly among four is right on a quarter of each, and so on a quarter of those
that do occur. Who always names the same state has a quarter too where all four occur; where three do, a third if it is
among them, else nothing. JNU and MFPT have one bearing for each state: the intervals say nothing about other bearings.

"""
BUNDLES = """\
On what they were not trained on: `order` and `time` on other parts of the bearings that they know, `aligned` on
machines never seen. All rigs together, then each.

"""
WORDS = """\
The word for what a network reads is made by `training/controls/word.py`: `order` where shuffled windows cost at least
two thirds of what is above chance and a speed wrong by 12 % (either way) more than a third; `amplitude` where neither
costs a third; `both` between; `nothing` where it is less than 10 points above chance. `time` asks for no speed: there
shuffling decides alone. **Shuffled**: every window is cut into pieces of 0.1 revolution (`time`: of 4 ms), shorter than
the way between two impacts of any fault here, and the pieces are permuted; for `aligned`, whose windows are spectra,
the recording is, before the front end. Only the statistics of amplitude within a piece stay (in `time` and for
`aligned` the resonances too). "Trained and tested shuffled" says how far those statistics alone would carry.

"""
LABELS = """\
The labels of the training recordings are permuted among them, so that as many keep theirs as do by chance on average;
what is read is compared with the true ones. The interval is over permutations: where six recordings train, each draw
decides much. What lies far above chance would mean that the test recordings leak into training.

"""
RATES = """\
MFPT's outer race is the one fault with two sampling rates on one rig: OuterRaceFault_1 to 3 (97,656 Hz) and vload_1
to 6 (48,828 Hz). A probe that can tell them apart in a front end's windows, or in what a network makes of them, warns
that the network could too. One recording of either kind is left out in each fold. **Chance is 50 % and the aim**
(less is no better: what is left out pulls the means of the rest the other way, so nothing is told as less than 50 %).
**The loads differ with the rates (270 lbs against 25 to 250), so success is not proof**: the same probe asked for the
load at one rate (vload_1 to 3 against 4 to 6) shows how well loads can be told, and the recordings at 97,656 Hz
brought to 48,828 Hz first show whether the rate was what it read: where as many are called "97,656 Hz" as before, it
was not the rate. Logistic regressions are fitted for each band apart, on the features of a network that was trained
on the faults, and on the windows: the energies of 64 parts of their spectrum (`aligned`: the numbers themselves). The
last column gives the bands, lowest first.

"""


def page(cells: Sequence[Cell], results: Results) -> str:
    """The whole page."""
    parts = [
        INTRODUCTION,
        "## What the shipped bundles read\n\n",
        BUNDLES,
        _table(("bundle", AS_IT_IS, SHUFFLED, *SPEEDS, "it reads"), _bundle_rows(cells, results)),
        "\n## Order or amplitude\n\n",
        WORDS,
        _table(
            ("front end, protocol", "splits", AS_IT_IS, SHUFFLED, *SPEEDS, "trained and tested shuffled", "it reads"),
            _order_rows(cells, results),
        ),
        "\n## Labels permuted over recordings\n\n",
        LABELS,
        _table(("front end, protocol", "permutations", "windows right", "chance"), _labels_rows(cells, results)),
        "\n## The probe for the source's rate\n\n",
        RATES,
        _table(("front end", "probe on", "asked for", "told right", "by band"), _rate_rows(cells, results)),
    ]
    return "".join(parts)


def _table(headings: Row, rows: list[Row]) -> str:
    # A sheet without its own heading.
    return Sheet("", headings, tuple(rows)).markdown().split("\n\n", 1)[1]


def _bundle_rows(cells: Sequence[Cell], results: Results) -> list[Row]:
    rows: list[Row] = []
    for cell in cells:
        if isinstance(cell, BundleCell):
            result = results.get(cell.key)
            scores = scores_of(result["scores"]) if result else {}
            faults = result["faults"] if result else 1
            rows.append((cell.name, *_variants(scores), _word(scores, faults)))
            for rig in sorted({_rig(each) for of in scores.values() for each in of}):
                there = {variant: [each for each in of if _rig(each) == rig] for variant, of in scores.items()}
                rows.append((f"... on {rig.upper()}", *_variants(there), _word(there, faults)))
    return rows


def _rig(score: Score) -> str:
    return score.recording.split("/")[0]


def _order_rows(cells: Sequence[Cell], results: Results) -> list[Row]:
    rows: list[Row] = []
    chosen = [cell for cell in cells if isinstance(cell, OrderCell)]
    for name, group in groupby(chosen, key=_protocol):
        of = list(group)
        normal = [results[cell.key] for cell in of if not cell.shuffling and cell.key in results]
        trained = [results[cell.key] for cell in of if cell.shuffling and cell.key in results]
        scores, alone = _joined(normal), _joined(trained).get(SHUFFLED)
        splits = f"{len(normal)} of {sum(not cell.shuffling for cell in of)}"
        word = _word(scores, normal[0]["faults"] if normal else 1)
        rows.append((name, splits, *_variants(scores), str(balanced(alone)) if alone else NOT_RUN, word))
    return rows


def _labels_rows(cells: Sequence[Cell], results: Results) -> list[Row]:
    rows: list[Row] = []
    chosen = [cell for cell in cells if isinstance(cell, LabelsCell)]
    for name, group in groupby(chosen, key=_protocol):
        of = list(group)
        found = [results[cell.key] for cell in of if cell.key in results]
        values = np.array([balanced(scores_of(each["scores"])[AS_IT_IS]).value for each in found])
        told, chance = NOT_RUN, NOT_RUN
        if found:
            draws = values[np.random.default_rng(0).integers(len(values), size=(DRAWS, len(values)))].mean(axis=1)
            low, high = np.quantile(draws, (0.025, 0.975))
            told, chance = f"{values.mean():.1%} ({low:.0%} to {high:.0%})", f"{1 / found[0]['faults']:.0%}"
        rows.append((name, f"{len(found)} of {len(of)}", told, chance))
    return rows


def _rate_rows(cells: Sequence[Cell], results: Results) -> list[Row]:
    rows: list[Row] = []
    for cell in cells:
        if isinstance(cell, RateCell):
            for question, told in _asked(results.get(cell.key)).items():
                rows.append((cell.config.front_end.kind, cell.probe, question, *(_told(told) or (NOT_RUN, NOT_RUN))))
    return rows


def _asked(result: Result | None) -> dict[str, list[dict[str, Any]]]:
    """What was told, by what was asked for; of the rate also the high recordings alone, to lay their copies beside."""
    told = result["told"] if result else {}
    high = [each for each in told.get("rate", ()) if each["high"]]
    return {
        "rate": told.get("rate", []),
        "rate, of those at 97,656 Hz": high,
        DECIMATED: told.get(DECIMATED, []),
        "load": told.get("load", []),
    }


def _told(stored: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    if not stored:
        return None

    def scores(right: Sequence[int]) -> list[Score]:
        return [
            Score(
                each["recording"],
                str(each["high"]),
                each["windows"],
                count,
                str(each["high"] if 2 * count > each["windows"] else not each["high"]),
            )
            for each, count in zip(stored, right, strict=True)
        ]

    bands = range(len(stored[0]["right_by_band"]))
    by_band = [balanced(scores([each["right_by_band"][band] for each in stored])).value for band in bands]
    told = str(balanced(scores([each["right"] for each in stored])))
    return told, " · ".join(f"{value:.0%}" for value in by_band) if len(by_band) > 1 else LEFT_EMPTY


def _joined(found: Sequence[Result]) -> Scores:
    joined: Scores = {}
    for each in found:
        for variant, scores in scores_of(each["scores"]).items():
            joined.setdefault(variant, []).extend(scores)
    return joined


def _variants(scores: Scores) -> Row:
    """One cell a variant; empty are those that say nothing in this front end."""
    if not scores:
        return (NOT_RUN,) * (2 + len(SPEEDS))
    return tuple(
        str(balanced(scores[variant])) if variant in scores else LEFT_EMPTY for variant in (AS_IT_IS, SHUFFLED, *SPEEDS)
    )


def _word(scores: Scores, faults: int) -> str:
    return word_of(scores, faults) if scores else NOT_RUN


def _protocol(cell: OrderCell | LabelsCell) -> str:
    rig = DATASETS[cell.source.dataset].name.upper()
    return f"{cell.config.front_end.kind}, {rig} {cell.source.protocol}"
