"""What was tried before: the reports of a folder. Who tries often enough passes a gate by chance."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.parent import parent_of
from training.retraining.case import RetrainingError
from training.retraining.gate import NOT_ENOUGH
from training.retraining.plan import Plan

REPORTS = "reports"


def place(plan: Plan, out: Path) -> Path:
    """Where the JSON of this very retraining is, once it has come to its end; the HTML lies beside it."""
    return out / REPORTS / f"{plan.champion.manifest.name}-{plan.key}.json"


def read(path: Path) -> dict[str, Any]:
    """What a report says.

    Raises:
        RetrainingError: it is none.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if not {"verdict", "champion", "bundle", "labels", "gate", "new"} <= set(told):
            raise ValueError("something is missing in it")
    except (OSError, ValueError, TypeError) as error:
        raise RetrainingError(f"{path} is no report of a retraining: {error}; remove it") from error
    return dict(told)


def earlier(plan: Plan, out: Path) -> int:
    """How many other retrainings some of the recordings that judge now have judged.

    Of whatever version of this bundle, and only those that came to a word: where there was not enough evidence nothing
    was decided.
    """
    names = {each.name for each in plan.halves.judge}
    return sum(
        told["verdict"] != NOT_ENOUGH and not names.isdisjoint(_judged(told["new"]))
        for path, told in _of_this_bundle(plan, out)
        if path != place(plan, out)
    )


def led_here(plan: Plan, out: Path) -> Path | None:
    """The report of the retraining that the champion came of, where the labels and the gate were those of now.

    To try the same on its child would be to begin anew after each activation. Its minutes and base may be others.
    """
    parent = parent_of(plan.champion)
    if parent is None:
        return None
    asked = (parent.sha256, plan.champion.identity, plan.found.key, plan.gate.model_dump())
    for path, told in _of_this_bundle(plan, out):
        if (told.get("champion_sha256"), told["bundle"], told["labels"], told["gate"]) == asked:
            return path
    return None


def _of_this_bundle(plan: Plan, out: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    name = plan.champion.manifest.name
    for path in sorted((out / REPORTS).glob(f"{name}-*.json")):
        told = read(path)
        if told["champion"].partition("/")[0] == name:
            yield path, told


def _judged(new: dict[str, list[dict[str, str]]]) -> set[str]:
    return {pair["name"] for pair in new.get("pairs", ())}
