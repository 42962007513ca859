"""From a plan to a verdict and, where it is a good one, a bundle. A retraining that fails changes nothing."""

import datetime
import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version as version_of
from pathlib import Path

from models.bundle import MODEL
from models.graph import Graph
from models.manifest import Manifest, TrainingData
from models.parent import PARENT, Parent
from training.bundling import bundle
from training.controls.variants import read_variants
from training.controls.word import word_of
from training.evaluation import Evaluation, evaluate, figures, miss_rate, summary
from training.judging import Judged, judge_recordings
from training.lock import locked
from training.retraining import report
from training.retraining.attempt import Attempt, Attempts
from training.retraining.case import RetrainingError
from training.retraining.gate import decide
from training.retraining.halves import Piece, moments
from training.retraining.history import earlier
from training.retraining.numbering import settled
from training.retraining.outcome import Outcome
from training.retraining.plan import Plan
from training.retraining.steps import STEPS
from training.retraining.versus import versus
from training.run import DRAFT, TOOLS

WORK = ".work"
LOCK = ".lock"


@contextmanager
def alone(out: Path) -> Iterator[Path]:
    """The folder of what is half done; no other retraining works in `out` meanwhile.

    Raises:
        RetrainingError: another one does.
    """
    with locked(out / LOCK, wait=False) as held:
        if not held:
            raise RetrainingError(f"{out}: another retraining is at work here")
        yield out / WORK


def retrain(plan: Plan, out: Path, version: str | None = None, held: Collection[str] = ()) -> Outcome:
    """Tries the steps, judges the best, writes `out/<name>/<version>` where the gate says so, and a report.

    What was done before a kill is not done again, and the end is the same.

    Args:
        held: versions that the service has which shall answer with it.

    Raises:
        RetrainingError: another retraining works in `out`, there is the version already, or a report is broken.
    """
    with alone(out) as work:
        tries = earlier(plan, out)
        folder = work / plan.key
        number = settled(plan.champion, out, folder, version, held)
        tried, chosen = steps_taken(plan, folder)
        outcome = concluded(plan, tried, chosen, out, number, tries)
        report.write(outcome, out)
        # Last of all: who is killed before goes on, and ends with the same version.
        shutil.rmtree(folder)
    return outcome


def steps_taken(plan: Plan, folder: Path) -> tuple[tuple[Attempt, ...], Attempt]:
    """The steps that were tried, in turn, and the one that is taken; their weights and graphs are in `folder`."""
    attempts = Attempts(plan.champion, plan.halves, plan.base, plan.minutes, folder)
    tried = tuple(_in_turn(attempts, plan.gate.enough))
    return tried, _smallest_enough(tried, plan.gate.enough)


def _in_turn(attempts: Attempts, enough: float) -> Iterator[Attempt]:
    for name in STEPS:
        attempt = attempts.attempt(name)
        yield attempt
        if attempt.enough(enough):
            return


def _smallest_enough(tried: Sequence[Attempt], enough: float) -> Attempt:
    # `max` takes the first of equals: the smaller step.
    return tried[-1] if tried[-1].enough(enough) else max(tried, key=lambda each: each.score)


def concluded(
    plan: Plan, tried: tuple[Attempt, ...], chosen: Attempt, out: Path, version: str, tries: int = 0
) -> Outcome:
    """Judges what was chosen, and writes the bundle where the gate says so; `tries`: how many were `earlier`."""
    champion = plan.champion.manifest

    def both(pieces: Sequence[Piece]) -> tuple[list[Judged], list[Judged]]:
        graphs = plan.champion.graph, Graph(chosen.folder / MODEL)
        one, other = (judge_recordings(each, champion.front_end, pieces, champion.faults) for each in graphs)
        return one, other

    new = both(plan.halves.judged_by)
    old = both(plan.base.pieces(plan.base.split.test)) if plan.base is not None else ([], [])
    checks = champion.unknown_check, chosen.unknown_check
    on_new = versus(new[0], checks[0], new[1], checks[1], moments(plan.halves.judge, plan.gate.minutes_apart))
    on_old = versus(old[0], checks[0], old[1], checks[1]) if plan.base is not None else None
    all_of = [*new[0], *old[0]], [*new[1], *old[1]]
    before = evaluate(all_of[0], champion.layers, champion.calibration) if all_of[0] else None
    after = evaluate(all_of[1], champion.layers, chosen.calibration) if all_of[1] else None
    energy = after.full_nj / before.full_nj if before is not None and after is not None else 1.0
    decision = decide(plan.gate, plan.evidence, on_new, on_old, energy, tries)
    written = None
    if decision.verdict == "better" and after is not None:
        draft = _draft(plan, chosen, after, all_of[1])
        (chosen.folder / PARENT).write_text(_parent(plan, chosen).model_dump_json(indent=1) + "\n")
        (chosen.folder / DRAFT).write_text(json.dumps(draft.model_dump(mode="json"), indent=1) + "\n")
        written = bundle(chosen.folder, out, version)
    return Outcome(plan, tried, chosen, on_new, on_old, before, after, decision, written)


def _draft(plan: Plan, chosen: Attempt, after: Evaluation, judged: Sequence[Judged]) -> Manifest:
    champion, tested = plan.champion.manifest, {each.span.entry.rig for each in judged}
    own = tuple(_own_data(plan))
    earlier = {each.dataset for each in own}
    training_data = (*(each for each in champion.training_data if each.dataset not in earlier), *own)
    pieces = plan.halves.judged_by
    if plan.base is not None:
        pieces += plan.base.pieces(plan.base.split.test)
    scores = read_variants(
        Graph(chosen.folder / MODEL).run, champion.front_end, (recording for _, recording in pieces), champion.faults
    )
    return champion.model_copy(
        update={
            "version": "0.0.0",
            "reads": word_of(scores, len(champion.faults)),
            "calibration": chosen.calibration,
            "unknown_check": chosen.unknown_check,
            "figures": figures(judged),
            "summary": summary(after, judged, chosen.unknown_check),
            "miss_rate": miss_rate(judged, never_seen=not tested & {each.dataset for each in training_data}),
            "training_data": training_data,
            "tools": {tool: version_of(tool) for tool in TOOLS},
            "trained_on": datetime.datetime.now(datetime.UTC).date(),
            "protocol": f"retrained from {champion.identity}; {champion.protocol}",
            "files": {},
        }
    )


def _parent(plan: Plan, chosen: Attempt) -> Parent:
    return Parent(bundle=plan.champion.identity, sha256=plan.champion.sha256, step=chosen.step)


def _own_data(plan: Plan) -> Iterator[TrainingData]:
    """One entry a machine, so that the card can tell whether what was tested had been trained on."""
    taught = {span.entry for span, _ in (*plan.halves.train, *plan.halves.choose)}
    for asset in sorted({entry.rig for entry in taught}):
        yield TrainingData(
            dataset=asset,
            licence="the operator's own",
            citation=f"{plan.found.source}, labels {plan.found.key}.",
            recordings=sum(entry.rig == asset for entry in taught),
        )
