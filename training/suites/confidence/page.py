"""docs/measured/confidence.md, from the truth table's raw results and those of the scores."""

from collections.abc import Mapping, Sequence

from training.metrics import Share
from training.sheet import Row, Sheet
from training.suites.cell import Cell, Result
from training.suites.confidence import pieces, words
from training.suites.confidence.grouped import accepted, auroc, groups, known, subjects_of
from training.suites.confidence.impostors import IMPOSTORS
from training.suites.confidence.raw import Raw
from training.suites.confidence.risk import PROBLEMS, Problem, TruthTable, percent
from training.suites.confidence.scores import SCORES
from training.suites.suite import NOT_RUN
from training.suites.truth.answers import SURE, Answers, joined
from training.suites.truth.plan import NOISY

GROUPS = (
    pieces.HEALTHY, pieces.FAULTY, pieces.HEALTHY_MACHINES, pieces.FAULTY_MACHINES, *IMPOSTORS,
)  # fmt: skip
COVERAGES = (0.5, 0.8, 1.0)


def page(cells: Sequence[Cell], results: Mapping[str, Result]) -> str:
    """The whole page."""
    table, found = TruthTable(), subjects_of(cells, results)
    clean = (_worth(table, problem) for problem in PROBLEMS if problem.snr_db is None)
    parts = [words.OPENING, _sure(table), words.SURE, *clean, *(_noisy(table, *each) for each in NOISY), words.WORTH]
    parts += [_windows(found), words.WINDOWS, words.SCORES]
    for title, raws in found.items():
        parts += [_scores(title, raws), _areas(title, raws)]
    parts += [words.BEST, _machines(found), words.MACHINES]
    return "\n".join(parts)


def _sure(table: TruthTable) -> str:
    headings = ("", "seeds", "answers", "wrong", "bearings with a wrong one", "and passed as known", "wrong",
                "bearings with a wrong one", "which")  # fmt: skip
    problems = [problem for problem in PROBLEMS if problem.protocol == "cross-machine"]
    rows = []
    for row in table.rows:
        if not any(table.asked(row, problem) for problem in problems):
            continue
        found = [table.answers(row, problem) for problem in problems]
        whole = [each for each in found if each is not None]
        rows.append((row, *_sure_cells(joined(whole) if len(whole) == len(problems) else None)))
    title = f"Machines never seen: answers that name a fault with confidence {SURE:g} or more"
    return Sheet(title, headings, tuple(rows)).markdown()


def _sure_cells(answers: Answers | None) -> Row:
    if answers is None:
        return (NOT_RUN,) * 8
    everything, known_only = answers.sure(), answers.sure(known_only=True)
    return (
        str(answers.seeds),
        str(everything.answers),
        str(everything.wrong),
        str(everything.bearings),
        str(known_only.answers),
        str(known_only.wrong),
        str(known_only.bearings),
        _listed(everything.which),
    )


def _listed(which: Sequence[str], most: int = 6) -> str:
    more = f" and {len(which) - most} more" if len(which) > most else ""
    return ", ".join(which[:most]) + more


def _worth(table: TruthTable, problem: Problem) -> str:
    headings = ("", "seeds", "answers", "Brier", "ECE", *(f"wrong, surest {each:.0%}" for each in COVERAGES))
    rows = [(row, *_worth_cells(table.answers(row, problem))) for row in table.rows if table.asked(row, problem)]
    return Sheet(f"Recordings: {problem.title}", headings, tuple(rows)).markdown()


def _noisy(table: TruthTable, protocol: str, dataset: str) -> str:
    problems = [
        each for each in PROBLEMS if each.snr_db is not None and (each.protocol, each.dataset) == (protocol, dataset)
    ]
    rows = [
        (row, *(_noisy_cell(table.answers(row, problem)) for problem in problems))
        for row in table.rows
        if table.asked(row, problems[0])
    ]
    title = f"Recordings in white noise: {dataset} {protocol}; Brier, ECE, wrong"
    return Sheet(title, ("", *(f"{each.snr_db:g} dB" for each in problems)), tuple(rows)).markdown()


def _noisy_cell(answers: Answers | None) -> str:
    if answers is None:
        return NOT_RUN
    return f"{answers.brier:.2f}, {answers.ece:.2f}, {percent(answers.risk_at(1.0))} %"


def _worth_cells(answers: Answers | None) -> Row:
    if answers is None:
        return (NOT_RUN,) * (4 + len(COVERAGES))
    risks = (f"{percent(answers.risk_at(each))} %" for each in COVERAGES)
    return (str(answers.seeds), str(len(answers.read)), f"{answers.brier:.3f}", f"{answers.ece:.3f}", *risks)


def _windows(found: Mapping[str, list[Raw] | None]) -> str:
    headings = ("", "windows", "right", "Brier", "ECE")
    rows: list[Row] = []
    for title, raws in found.items():
        if raws is None:
            rows.append((title, *(NOT_RUN,) * 4))
            continue
        for raw in raws:
            each = raw.windows
            right = f"{percent(each.right / each.windows)} %"
            rows.append((raw.subject, str(each.windows), right, f"{each.brier:.3f}", f"{each.ece:.3f}"))
    return Sheet("Windows", headings, tuple(rows)).markdown()


def _scores(title: str, raws: list[Raw] | None) -> str:
    heading = f"{title}: passed as known, %"
    if raws is None:
        return f"## {heading}\n\n{NOT_RUN}\n"
    asked = _asked(raws)
    rows: list[Row] = [(score, *(_passed(accepted(raws, group, score)) for group in asked)) for score in SCORES]
    rows.append(("shipped, own threshold", *(_passed(known(raws, group)) for group in asked)))
    rows.append(("pieces, of recordings", *(_counted(raws, group) for group in asked)))
    return Sheet(heading, ("score", *asked), tuple(rows)).markdown()


def _areas(title: str, raws: list[Raw] | None) -> str:
    heading = f"{title}: AUROC against the pieces in domain"
    if raws is None:
        return f"## {heading}\n\n{NOT_RUN}\n"
    asked = [group for group in _asked(raws) if group != pieces.INSIDE]
    rows = tuple((score, *(_area(auroc(raws, group, score)) for group in asked)) for score in SCORES)
    return Sheet(heading, ("score", *asked), rows).markdown()


def _asked(raws: Sequence[Raw]) -> list[str]:
    order = (pieces.HEALTHY, pieces.INSIDE, pieces.SAME_MACHINE, *GROUPS[1:])
    return [group for group in order if groups(raws, group)]


def _passed(share: Share | None) -> str:
    return "" if share is None else percent(share.value)


def _counted(raws: Sequence[Raw], group: str) -> str:
    of = groups(raws, group)
    return f"{sum(each.pieces for each in of)} of {sum(each.recordings for each in of)}"


def _area(area: float | None) -> str:
    return "" if area is None else f"{area:.3f}"


def _machines(found: Mapping[str, list[Raw] | None]) -> str:
    headings = ("", "fault named", "wrong", "and passed as known", "wrong")
    rows: list[Row] = []
    for title, raws in found.items():
        for raw in raws or ():
            each = raw.machines
            rows.append(
                (
                    raw.subject,
                    str(each.named),
                    str(Share(each.wrong, each.named)),
                    str(each.known),
                    str(Share(each.known_wrong, each.known)),
                )
            )
        if raws is None:
            rows.append((title, *(NOT_RUN,) * 4))
    return Sheet(f"New simulated machines ({pieces.MACHINES}): faults named", headings, tuple(rows)).markdown()
