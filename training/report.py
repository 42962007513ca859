"""Results as tables that a person reads in a terminal."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table

from data.fault import FAULTS
from models.bundle import Bundle
from models.manifest import Figure, Manifest
from training.comparison import Cell, RuleCell
from training.evaluation import figures
from training.measuring import measure
from training.metrics import Share
from training.parity import Parity


def print_figures(draft: Manifest) -> None:
    """What a run reached on its test part, by rig and fault."""
    Console().print(_figures_table(f"{draft.name}: recordings not trained on", draft.figures))


def print_bundle(folder: Path, root: Path) -> None:
    """What a bundle reaches on the spans that it was not trained on, measured now."""
    found = measure(Bundle.load(folder), root)
    console = Console()
    console.print(_figures_table(f"{folder}: measured now", figures(found.judged)))
    each = found.evaluation
    table = Table(show_header=False, title="all rigs together")
    table.add_row("windows right", f"{each.window_accuracy:.2%} of {each.windows}")
    table.add_row("macro-F1, macro-AUROC (windows)", f"{each.macro_f1:.4f}, {each.macro_auroc:.4f}")
    table.add_row("recordings right (95 % interval)", str(each.recordings))
    table.add_row("read wrong", ", ".join(each.misread) or "none")
    table.add_row("unknown to the service", ", ".join(found.unknown()) or "none")
    table.add_row("calibration error, windows and recordings", f"{each.window_ece:.3f}, {each.recording_ece:.3f}")
    table.add_row("energy of a window, paper and full", f"{each.paper_nj:,.0f} and {each.full_nj:,.0f} nJ")
    table.add_row("ReLU twin, paper and full", f"{each.twin_paper_nj:,.0f} and {each.twin_full_nj:,.0f} nJ")
    console.print(table)


def print_parity(found: Parity) -> None:
    """How alike the graph and the network are."""
    table = Table(show_header=False, title=f"onnxruntime against PyTorch on {found.windows} real windows")
    table.add_row("same fault", f"{found.same_fault:.2%}")
    table.add_row("same spikes in every layer", f"{found.same_spikes:.2%}")
    table.add_row("all spikes together off by", f"{found.total_spikes_off:.1e}")
    table.add_row("logits off, where spikes are the same", f"{found.logits_off:.1e}")
    table.add_row("logits off, anywhere", f"{found.logits_off_anywhere:.1e}")
    Console().print(table)


def print_comparison(cells: Iterable[Cell | RuleCell]) -> None:
    """Three tables a split, once its networks are measured: what they reach, on which faults, and at what cost."""
    console = Console()
    for split, group in groupby(cells, key=lambda cell: cell.split):
        measured = list(group)
        networks = [cell for cell in measured if isinstance(cell, Cell)]
        console.print(_reached_table(split, measured))
        console.print(_fault_table(split, networks))
        console.print(_cost_table(split, networks))


def _reached_table(split: str, cells: Iterable[Cell | RuleCell]) -> Table:
    table = Table("", "windows right", "macro-F1", "recordings right", "missed", "false alarms", title=f"split {split}")
    for cell in cells:
        if isinstance(cell, RuleCell):
            forced = f"forced among three: {cell.forced_right}"
            table.add_row("envelope rule", forced, "", str(cell.right), _of(cell.missed), _of(cell.false_alarms))
            continue
        each = cell.evaluation
        right = f"{each.window_accuracy:.2%} of {each.windows}"
        counts = (str(each.recordings), _of(each.missed), _of(each.false_alarms))
        table.add_row(_name(cell), right, f"{each.macro_f1:.4f}", *counts)
    return table


def _fault_table(split: str, cells: Iterable[Cell]) -> Table:
    table = Table("", *FAULTS, title=f"split {split}, windows of each fault read right")
    for cell in cells:
        counts = [(row[at], sum(row)) for at, row in enumerate(cell.evaluation.table)]
        table.add_row(_name(cell), *(f"{right / total:.1%} of {total}" if total else "" for right, total in counts))
    return table


def _cost_table(split: str, cells: Iterable[Cell]) -> Table:
    table = Table("", "ECE windows", "ECE recordings", "fires", "paper nJ", "full nJ", title=f"split {split}, a window")
    for cell in cells:
        each = cell.evaluation
        rates = each.firing_rates.values()
        fires = f"{min(rates):.0%} to {max(rates):.0%}" if rates else "no spikes"
        errors = (f"{each.window_ece:.3f}", f"{each.recording_ece:.3f}")
        table.add_row(_name(cell), *errors, fires, f"{each.paper_nj:,.0f}", f"{each.full_nj:,.0f}")
    return table


def _name(cell: Cell) -> str:
    return f"{cell.front_end}, {cell.network}"


def _of(share: Share) -> str:
    return f"{share.right} of {share.total}"


def _figures_table(title: str, figures: Iterable[Figure]) -> Table:
    table = Table("rig", "fault", "tested on", "windows right", "recordings right (95 % interval)", title=title)
    for each in sorted(figures, key=lambda figure: (figure.rig, FAULTS.index(figure.fault))):
        low, high = each.interval
        table.add_row(
            each.rig,
            each.fault,
            each.span,
            f"{each.window_accuracy:.1%} of {each.windows}",
            f"{each.recordings_right} of {each.recordings} ({low:.0%} to {high:.0%})",
        )
    return table
