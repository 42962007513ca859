"""What is kept of a subject: how each score told each group from what is in domain."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

Rounded = Annotated[float, PlainSerializer(lambda value: float(f"{value:.4g}"), when_used="json")]


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Told(_Kept):
    """`accepted`: pieces under the score's threshold; `auroc`: against the pieces in domain."""

    accepted: int
    auroc: Rounded


class Group(_Kept):
    """Pieces of a kind, of `recordings`; `known`: under the shipped check's own threshold."""

    pieces: int
    recordings: int
    known: int
    scores: dict[str, Told]


class Windows(_Kept):
    """Calibrated probabilities of single windows against the truth; Brier's score over all faults, 0 to 2."""

    windows: int
    right: int
    brier: Rounded
    ece: Rounded


class Named(_Kept):
    """Whole recordings of new simulated machines in which a fault is named; `known` ones pass the shipped check."""

    named: int
    wrong: int
    known: int
    known_wrong: int


class Raw(_Kept):
    """One subject's result."""

    subject: str
    front_end: str
    groups: dict[str, Group]
    windows: Windows
    machines: Named
