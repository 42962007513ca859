"""One drill: from a champion that never saw something, over HTTP, to what its successor says of it."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from data.fault import Fault
from data.protocols import ALL
from models.bundle import MODEL, Bundle, versions
from models.graph import Graph
from training.bundling import bundle
from training.judging import judge_recordings
from training.lock import once
from training.retraining import report
from training.retraining.attempt import Attempt
from training.retraining.case import Case
from training.retraining.export import found_in_export
from training.retraining.gate import Gate
from training.retraining.plan import Plan
from training.retraining.pushing import activate
from training.retraining.retrain import alone, concluded, steps_taken
from training.retraining.versus import Pair, answer
from training.run import Run
from training.suites.cell import Result
from training.suites.recordings import at_hand
from training.suites.retraining.drill import Drill, Heard, mislabelled
from training.suites.retraining.plan import GATE
from training.suites.retraining.plant import asked, exported, plant, registered, told

MINUTES = 30.0
"""More than all steps take, so that no clock decides how many there are."""
CHAMPION, SUCCESSOR = "1.0.0", "1.1.0"
REACH = timedelta(days=30)
SEED = 0


def drilled(drill: Drill, count: int, wrong: float, name: str, root: Path, runs: Path) -> Result:
    """What a service said before and after; the report of the retraining is kept in `runs`."""
    whole = at_hand(root, ALL, runs)
    base = at_hand(root, ALL, runs, frozenset(f"{entry.rig}/{entry.name}" for entry in drill.left_out))
    champion = trained_champion(drill, base, runs)
    some, rest = drill.told(whole, count), drill.rest(whole)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copytree(champion.folder.parent, folder / "bundles" / champion.manifest.name)
        with plant(folder / "bundles", folder / "state") as client:
            for each in sorted({each.asset for each in (*some, *rest)}):
                registered(client, each)
            heard = [asked(client, each.asset, each.recording) for each in some]
            told(client, heard, mislabelled(some, wrong, SEED))
            before = [asked(client, each.asset, each.recording).said for each in rest]
            found = found_in_export(exported(client, folder / "plant.zip"), REACH)
            plan = Plan.of(champion, found, base, Gate.model_validate(GATE), MINUTES)
            with alone(folder / "out") as work:
                tried, chosen = steps_taken(plan, work / plan.key)
                outcome = concluded(plan, tried, chosen, folder / "out", SUCCESSOR)
            says = challenger_says(chosen, champion, rest)
            served = None
            if outcome.bundle is not None:
                activate(outcome.bundle, str(client.base_url), None)
                served = [asked(client, each.asset, each.recording).said for each in rest]
    report.write(outcome, runs / re.sub(r"[^a-z0-9]+", "-", name.lower()))
    assert outcome.old is not None
    return {
        "told": len(some),
        "dealt": [len(found.cases), len(plan.halves.train), len(plan.halves.choose), len(plan.halves.judge)],
        "verdict": outcome.decision.verdict,
        "failed": [[each.asked, each.found] for each in outcome.decision.conditions if not each.holds],
        "steps": [[each.step, each.trained, round(each.score, 3)] for each in tried],
        "step": chosen.step,
        "rest": [
            [each.group, each.asset, each.fault, *answers]
            for each, *answers in zip(rest, before, served or says, strict=True)
        ],
        "served_otherwise": None if served is None else sum(a != b for a, b in zip(served, says, strict=True)),
        "judged": [_row(pair) for pair in outcome.new.pairs],
        "old": [_row(pair) for pair in outcome.old.pairs],
    }


def trained_champion(drill: Drill, base: Path, runs: Path) -> Bundle:
    """Trained once, whichever cell asks first."""
    run = Run.under(drill.training, base, runs)
    folder = run.folder.with_name(f"{run.folder.name}-bundle")
    with once(runs, run.folder.name):
        if not versions(folder / run.config.name):
            run.train()
            run.conclude()
            bundle(run.folder, folder, CHAMPION)
    return Bundle.load(folder / run.config.name / CHAMPION)


def challenger_says(chosen: Attempt, champion: Bundle, heard: Sequence[Heard]) -> list[Fault | None]:
    """What the service would say if it answered with the challenger, whether the gate lets it or not."""
    cases = [Case(f"rest-{at}", each.asset, each.asset, each.fault, each.recording) for at, each in enumerate(heard)]
    pieces = [(case.span, case.recording) for case in cases]
    manifest = champion.manifest
    judged = judge_recordings(Graph(chosen.folder / MODEL), manifest.front_end, pieces, manifest.faults)
    return [answer(each, chosen.unknown_check) for each in judged]


def _row(pair: Pair) -> list[str | None]:
    return [pair.asset, pair.specimen, pair.fault, pair.champion, pair.challenger]
