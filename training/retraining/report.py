"""What a retraining came to, for people (one HTML file, nothing outside it) and for programs (JSON)."""

import html
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from training.evaluation import Evaluation
from training.retraining import plots
from training.retraining.history import place
from training.retraining.outcome import Outcome
from training.retraining.plan import Plan
from training.retraining.versus import Pair, Tally, Versus
from training.sheet import Row, Sheet

FAILS = "NO"
"""Of a condition."""
MOST_GROUPS = 30
"""Of assets in a picture; the JSON has them all."""
HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: .6rem 0 1.4rem }
td, th { border-bottom: 1px solid #ddd; padding: .25rem .7rem; text-align: left; vertical-align: top }
.verdict { font-size: 1.3rem; padding: .6rem 1rem; border-left: 6px solid }
.yes { border-color: #3c8d2f }
.no { border-color: #d1495b }
.fails { font-weight: bold; color: #b3263a }
svg { display: block; max-width: 100%; height: auto }
"""


def write(outcome: Outcome, out: Path) -> Path:
    """Writes both; the JSON last, so that where it is there is all. Returns the HTML's path."""
    path = place(outcome.plan, out)
    path.parent.mkdir(parents=True, exist_ok=True)
    for target, text in ((path.with_suffix(".html"), page(outcome)), (path, json.dumps(facts(outcome), indent=1))):
        beside = target.with_name(target.name + ".new")
        beside.write_text(text + "\n", encoding="utf-8")
        beside.replace(target)
    return path.with_suffix(".html")


def facts(outcome: Outcome) -> dict[str, Any]:
    """As JSON."""
    plan = outcome.plan
    return {
        "verdict": outcome.decision.verdict,
        "champion": plan.champion.identity,
        "champion_sha256": plan.champion.sha256,
        "bundle": None if outcome.bundle is None else str(outcome.bundle.manifest.identity),
        "step": outcome.chosen.step,
        "source": plan.found.source,
        "labels": plan.found.key,
        "gate": plan.gate.model_dump(),
        "conditions": [vars(each) for each in outcome.decision.conditions],
        "doubts": list(plan.doubts()),
        "steps": [
            {
                "step": each.step,
                "trained": each.trained,
                "score": each.score,
                "new": vars(each.new),
                "old": vars(each.old),
                "temperature": each.calibration.temperature,
                "usual": each.unknown_check.usual.model_dump(),
            }
            for each in outcome.attempts
        ],
        "new": _compared(outcome.new),
        "old": None if outcome.old is None else _compared(outcome.old),
        "before": _figures(outcome.before),
        "after": _figures(outcome.after),
        "left_out": [vars(each) for each in plan.found.left_out],
    }


def page(outcome: Outcome) -> str:
    """As HTML."""
    plan, decision = outcome.plan, outcome.decision
    good = outcome.bundle is not None
    said = f"{decision.verdict}: " + (
        f"{outcome.bundle.identity} was written" if outcome.bundle else "nothing was written"
    )
    parts = [
        f"<h1>Retraining of {_escaped(plan.champion.identity)}</h1>",
        f'<p class="verdict {"yes" if good else "no"}">{_escaped(said)}</p>',
        f"<p>{_escaped(_opening(plan))}</p>",
        _table(_conditions(outcome)),
        *(_table(sheet) for sheet in plan.sheets()),
        "<h2>How much learned anew</h2>",
        f"<p>The first that is enough is taken, else the best: {_escaped(outcome.chosen.step)}. "
        "Counted are recordings that chose, not those that judged.</p>",
        _table(_steps(outcome)),
    ]
    if outcome.new.pairs:
        parts += ["<h2>On labelled recordings that took no part in fitting</h2>", *_pictures(outcome.new)]
    if outcome.old is not None:
        parts += ["<h2>On the old test recordings: what was forgotten</h2>", *_pictures(outcome.old)]
    if outcome.before is not None and outcome.after is not None:
        parts += ["<h2>Figures</h2>", _table(_before_and_after(outcome.before, outcome.after))]
    title = f"<title>Retraining of {_escaped(plan.champion.identity)}</title>"
    return "\n".join([f'<!doctype html>\n<html lang="en">{HEAD}{title}<style>{STYLE}</style>', *parts, "</html>"])


def _opening(plan: Plan) -> str:
    return (
        f"Champion is {plan.champion.identity}, which answers now; challenger is what learned anew from "
        f"{plan.found.source}. A recording that is answered right scores 1, unknown 0, wrong -1; each fault weighs "
        "alike. Intervals are 95 %."
    )


def _pictures(versus: Versus) -> Iterable[str]:
    faults, assets = _groups(versus, lambda pair: pair.fault), _groups(versus, lambda pair: pair.asset)
    everything = {"all": versus, **faults}
    yield f"<p>{len(versus.pairs)} recordings, {_bearings(versus)} bearings. {_escaped(_gain(versus))}</p>"
    yield plots.answers(everything)
    yield plots.gains(everything)
    some = dict(list(assets.items())[:MOST_GROUPS])
    yield f"<h3>By machine{'' if len(some) == len(assets) else f', the first {MOST_GROUPS} of {len(assets)}'}</h3>"
    yield plots.answers(some)
    wrong = [each for each in versus.pairs if each.challenger not in (None, each.fault)]
    if wrong:
        rows = tuple((f"{each.asset}/{each.name}", each.fault, str(each.challenger)) for each in wrong)
        yield _table(Sheet("Answered wrong by the challenger", ("recording", "label", "answer"), rows))


def _conditions(outcome: Outcome) -> Sheet:
    rows = tuple((each.asked, each.found, "yes" if each.holds else FAILS) for each in outcome.decision.conditions)
    return Sheet("The gate", ("asked", "found", "holds"), rows)


def _steps(outcome: Outcome) -> Sheet:
    rows = tuple(
        (each.step, str(each.trained), f"{each.score:.3f}", _counted(each.new), _counted(each.old))
        for each in outcome.attempts
    )
    return Sheet(
        "Steps tried, in turn", ("step", "training steps", "score", "new: right, unknown, wrong", "old: the same"), rows
    )


def _before_and_after(before: Evaluation, after: Evaluation) -> Sheet:
    names = {
        "window_accuracy": "windows right",
        "macro_f1": "macro-F1 over windows",
        "recording_ece": "calibration error of recordings",
        "full_nj": "energy of one window, nJ (profile float32, full)",
        "synops": "synaptic operations of one window",
    }
    rows = tuple(
        (words, _number(getattr(before, name)), _number(getattr(after, name))) for name, words in names.items()
    )
    return Sheet("All recordings that judged", ("", "champion", "challenger"), rows)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}"


def _figures(found: Evaluation | None) -> dict[str, Any] | None:
    if found is None:
        return None
    names = ("window_accuracy", "macro_f1", "recording_ece", "window_ece", "paper_nj", "full_nj", "synops", "macs")
    return {name: getattr(found, name) for name in names} | {"firing_rates": found.firing_rates}


def _compared(versus: Versus) -> dict[str, Any]:
    if not versus.pairs:
        return {"recordings": 0}

    def of(each: Versus) -> dict[str, Any]:
        return {
            "recordings": len(each.pairs),
            "bearings": _bearings(each),
            "champion": vars(each.champion),
            "challenger": vars(each.challenger),
            "gain": each.gain,
            "interval": each.interval,
            "chance": each.chance,
        }

    return {
        **of(versus),
        "faults": {name: of(each) for name, each in _groups(versus, lambda pair: pair.fault).items()},
        "assets": {name: of(each) for name, each in _groups(versus, lambda pair: pair.asset).items()},
        "pairs": [vars(each) for each in versus.pairs],
    }


def _groups(versus: Versus, key: Callable[[Pair], str]) -> Mapping[str, Versus]:
    return {name: Versus(pairs) for name, pairs in versus.by(key).items()}


def _bearings(versus: Versus) -> int:
    return len({(each.asset, each.specimen) for each in versus.pairs})


def _gain(versus: Versus) -> str:
    low, high = versus.interval
    return f"Gain {versus.gain:+.3f} ({low:+.3f} to {high:+.3f}, over bearings and their recordings)."


def _counted(tally: Tally) -> str:
    return f"{tally.right}, {tally.unknown}, {tally.wrong}" if tally.total else "-"


def _table(sheet: Sheet) -> str:
    head = "".join(f"<th>{_escaped(each)}</th>" for each in sheet.headings)
    rows = "".join(
        f"<tr{_marked(row)}>" + "".join(f"<td>{_escaped(cell)}</td>" for cell in row) + "</tr>" for row in sheet.rows
    )
    return f"<h3>{_escaped(sheet.title)}</h3><table><tr>{head}</tr>{rows}</table>"


def _marked(row: Row) -> str:
    return ' class="fails"' if row[-1] == FAILS else ""


def _escaped(text: str) -> str:
    return html.escape(text)
