"""What a retraining came to."""

from dataclasses import dataclass

from models.bundle import Bundle
from training.evaluation import Evaluation
from training.retraining.attempt import Attempt
from training.retraining.gate import Decision
from training.retraining.plan import Plan
from training.retraining.versus import Versus


@dataclass(frozen=True, eq=False)
class Outcome:
    """All of it.

    Attributes:
        attempts: the steps that were tried, in turn; `chosen` is the last enough or the best of them.
        new, old: champion and challenger on labelled recordings that judge, and on the champion's own test recordings.
        before, after: figures of both on all of these.
        bundle: what was written; None where the verdict is not "better".
    """

    plan: Plan
    attempts: tuple[Attempt, ...]
    chosen: Attempt
    new: Versus
    old: Versus | None
    before: Evaluation | None
    after: Evaluation | None
    decision: Decision
    bundle: Bundle | None
