"""Results as tables: printed for a person, and written as Markdown where a file is asked for."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console

from data.fault import FAULTS
from models.bundle import Bundle
from models.manifest import Figure, Manifest
from training.comparison import Cell, RuleCell
from training.evaluation import figures
from training.measuring import measure
from training.metrics import Share
from training.parity import Parity
from training.sheet import Row, Sheet


def print_figures(draft: Manifest) -> None:
    """What a run reached on its test part, by rig and fault."""
    show([_figures_sheet(f"{draft.name}: recordings not trained on", draft.figures)])


def bundle_sheets(folder: Path, root: Path) -> Iterator[Sheet]:
    """What a bundle reaches on the spans that it was not trained on, measured now."""
    found = measure(Bundle.load(folder), root)
    each = found.evaluation
    name = f"{folder.parent.name} {folder.name}"
    yield _figures_sheet(f"{name}, measured on what it was not trained on", figures(found.judged))
    yield _facts(
        f"{name}, all rigs together",
        ("windows right", f"{each.window_accuracy:.2%} of {each.windows}"),
        ("macro-F1, macro-AUROC (windows)", f"{each.macro_f1:.4f}, {each.macro_auroc:.4f}"),
        ("recordings right (95 % interval)", str(each.recordings)),
        ("read wrong", ", ".join(each.misread) or "none"),
        ("unknown to the service", ", ".join(found.unknown()) or "none"),
        ("calibration error, windows and recordings", f"{each.window_ece:.3f}, {each.recording_ece:.3f}"),
        ("energy of a graph run, paper and full", f"{each.paper_nj:,.0f} and {each.full_nj:,.0f} nJ"),
        ("ReLU twin, paper and full", f"{each.twin_paper_nj:,.0f} and {each.twin_full_nj:,.0f} nJ"),
    )


def parity_sheet(found: Parity) -> Sheet:
    """How alike the graph and the network are."""
    return _facts(
        f"onnxruntime against PyTorch on {found.windows} real windows",
        ("same fault", f"{found.same_fault:.2%}"),
        ("same spikes in every layer", f"{found.same_spikes:.2%}"),
        ("all spikes together off by", f"{found.total_spikes_off:.1e}"),
        ("logits off, where spikes are the same", f"{found.logits_off:.1e}"),
        ("logits off, anywhere", f"{found.logits_off_anywhere:.1e}"),
    )


def comparison_sheets(cells: Iterable[Cell | RuleCell]) -> Iterator[Sheet]:
    """Three a split, once its networks are measured: what they reach, on which faults, and at what cost."""
    for split, group in groupby(cells, key=lambda cell: cell.split):
        measured = list(group)
        networks = [cell for cell in measured if isinstance(cell, Cell)]
        yield _reached_sheet(split, measured)
        yield _fault_sheet(split, networks)
        yield _cost_sheet(split, networks)


def show(sheets: Iterable[Sheet], into: Path | None = None, command: Sequence[str] = ()) -> None:
    """Prints each sheet as soon as it is there; writes all of them `into` a Markdown file, under the `command`."""
    console, shown = Console(), []
    for sheet in sheets:
        console.print(sheet.table())
        shown.append(sheet)
    if into is not None:
        opening = f"Printed by `{shlex.join(command)}`.\n\n"
        into.write_text(opening + "\n".join(sheet.markdown() for sheet in shown))


def _reached_sheet(split: str, cells: Iterable[Cell | RuleCell]) -> Sheet:
    headings = ("", "windows right", "macro-F1", "recordings right", "missed", "false alarms")
    return Sheet(f"split {split}", headings, tuple(map(_reached, cells)))


def _reached(cell: Cell | RuleCell) -> Row:
    if isinstance(cell, RuleCell):
        forced = f"forced among three: {cell.forced_right}"
        return ("envelope rule", forced, "", str(cell.right), _of(cell.missed), _of(cell.false_alarms))
    each = cell.evaluation
    right = f"{each.window_accuracy:.2%} of {each.windows}"
    counts = (str(each.recordings), _of(each.missed), _of(each.false_alarms))
    return (_name(cell), right, f"{each.macro_f1:.4f}", *counts)


def _fault_sheet(split: str, cells: Iterable[Cell]) -> Sheet:
    return Sheet(f"split {split}, windows of each fault read right", ("", *FAULTS), tuple(map(_by_fault, cells)))


def _by_fault(cell: Cell) -> Row:
    counts = [(row[at], sum(row)) for at, row in enumerate(cell.evaluation.table)]
    return (_name(cell), *(f"{right / total:.1%} of {total}" if total else "" for right, total in counts))


def _cost_sheet(split: str, cells: Iterable[Cell]) -> Sheet:
    headings = ("", "ECE windows", "ECE recordings", "fires", "paper nJ", "full nJ")
    return Sheet(f"split {split}, a graph run", headings, tuple(map(_cost, cells)))


def _cost(cell: Cell) -> Row:
    each = cell.evaluation
    rates = each.firing_rates.values()
    fires = f"{min(rates):.0%} to {max(rates):.0%}" if rates else "no spikes"
    errors = (f"{each.window_ece:.3f}", f"{each.recording_ece:.3f}")
    return (_name(cell), *errors, fires, f"{each.paper_nj:,.0f}", f"{each.full_nj:,.0f}")


def _name(cell: Cell) -> str:
    return f"{cell.front_end}, {cell.network}"


def _of(share: Share) -> str:
    return f"{share.right} of {share.total}"


def _facts(title: str, *facts: tuple[str, str]) -> Sheet:
    return Sheet(title, ("", ""), facts)


def _figures_sheet(title: str, measured: Iterable[Figure]) -> Sheet:
    headings = ("rig", "fault", "tested on", "windows right", "recordings right (95 % interval)")
    ordered = sorted(measured, key=lambda figure: (figure.rig, FAULTS.index(figure.fault)))
    return Sheet(title, headings, tuple(map(_figure, ordered)))


def _figure(each: Figure) -> Row:
    windows = f"{each.window_accuracy:.1%} of {each.windows}"
    recordings = str(Share(each.recordings_right, each.recordings))
    return (each.rig, each.fault, each.span, windows, recordings)
