"""The subjects' results joined by what they are: a front end's runs together, each without another rig."""

from collections.abc import Mapping, Sequence

from training.metrics import Share
from training.suites.cell import Cell, Result, measured
from training.suites.confidence.cells import ConfidenceCell
from training.suites.confidence.raw import Group, Raw


def subjects_of(cells: Sequence[Cell], results: Mapping[str, Result]) -> dict[str, list[Raw] | None]:
    """By title; None where a cell of it is unfilled."""
    found: dict[str, list[Raw] | None] = {}
    for cell in cells:
        assert isinstance(cell, ConfidenceCell)
        title, result = _title(cell), results.get(cell.key)
        so_far = found.setdefault(title, [])
        if result is None or so_far is None:
            found[title] = None
        else:
            so_far.append(Raw.model_validate(measured(result)))
    return found


def groups(raws: Sequence[Raw], group: str) -> list[Group]:
    """Those of the runs that have it: JNU has no healthy recording."""
    return [raw.groups[group] for raw in raws if group in raw.groups]


def accepted(raws: Sequence[Raw], group: str, score: str) -> Share | None:
    """Pieces that pass, of all runs together; None where there are none."""
    of = groups(raws, group)
    return Share(sum(each.scores[score].accepted for each in of), sum(each.pieces for each in of)) if of else None


def known(raws: Sequence[Raw], group: str) -> Share | None:
    """Pieces that pass the shipped check at its own threshold."""
    of = groups(raws, group)
    return Share(sum(each.known for each in of), sum(each.pieces for each in of)) if of else None


def auroc(raws: Sequence[Raw], group: str, score: str) -> float | None:
    """Mean over runs, weighted by pieces."""
    of = groups(raws, group)
    if not of:
        return None
    return sum(each.scores[score].auroc * each.pieces for each in of) / sum(each.pieces for each in of)


def _title(cell: ConfidenceCell) -> str:
    subject = cell.subject
    if subject.strange:
        return subject.front_end
    return f"{subject.front_end} as it is shipped"
