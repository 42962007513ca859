"""What was tried before: the reports of a folder. Who tries often enough passes a gate by chance."""

import json
from pathlib import Path

from training.retraining.plan import Plan

REPORTS = "reports"


def place(plan: Plan, out: Path) -> Path:
    """Where the JSON of this very retraining is, once it has come to its end; the HTML lies beside it."""
    return out / REPORTS / f"{plan.champion.manifest.name}-{plan.key}.json"


def earlier(plan: Plan, out: Path) -> int:
    """How many other retrainings of this champion some of the recordings that judge now have judged."""
    names = {each.name for each in plan.halves.judge}
    reports = sorted((out / REPORTS).glob(f"{plan.champion.manifest.name}-*.json"))
    told = (json.loads(path.read_text(encoding="utf-8")) for path in reports if path != place(plan, out))
    return sum(
        each["champion"] == plan.champion.identity and not names.isdisjoint(_judged(each["new"])) for each in told
    )


def _judged(new: dict[str, list[dict[str, str]]]) -> set[str]:
    return {pair["name"] for pair in new.get("pairs", ())}
