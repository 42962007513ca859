"""Results as tables that a person reads in a terminal."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from data.fault import FAULTS
from models.bundle import Bundle
from models.manifest import Figure, Manifest
from training.comparison import Cell, RuleCell
from training.evaluation import figures
from training.measuring import measure
from training.parity import Parity


def print_figures(draft: Manifest) -> None:
    """What a run reached on its test part, by rig and fault."""
    Console().print(_figures_table(f"{draft.name}: recordings not trained on", draft.figures))


def print_bundle(folder: Path, root: Path) -> None:
    """What a bundle reaches on the spans that it was not trained on, measured now."""
    found = measure(Bundle.load(folder), root)
    console = Console()
    console.print(_figures_table(f"{folder}: measured now", figures(found.judged)))
    table = Table(
        "windows right",
        "macro-F1",
        "recordings right",
        "ECE windows",
        "ECE recordings",
        "energy paper",
        "full",
        title="all rigs",
    )
    each = found.evaluation
    table.add_row(
        f"{each.window_accuracy:.2%}",
        f"{each.macro_f1:.4f}",
        str(each.recordings),
        f"{each.window_ece:.3f}",
        f"{each.recording_ece:.3f}",
        f"{each.paper_nj:.0f} nJ",
        f"{each.full_nj:.0f} nJ",
    )
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
    """A line for each network, as soon as it is measured, then all of them as a table."""
    console = Console()
    table = Table(title="windows: accuracy, macro-F1, ECE; recordings with 95 % interval; energy a window")
    for heading in (
        "split",
        "front end",
        "network",
        "windows",
        "F1",
        "recordings right",
        "missed",
        "false alarms",
        "ECE windows / recordings",
        "fires",
        "paper nJ",
        "full nJ",
    ):
        table.add_column(heading)
    for cell in cells:
        row = _rule_row(cell) if isinstance(cell, RuleCell) else _network_row(cell)
        table.add_row(*row)
        console.print(" | ".join(row), soft_wrap=True)
    console.print(table)


def _network_row(cell: Cell) -> list[str]:
    each = cell.evaluation
    rates = each.firing_rates.values()
    return [
        cell.split,
        cell.front_end,
        cell.network,
        f"{each.window_accuracy:.2%} of {each.windows}",
        f"{each.macro_f1:.4f}",
        str(each.recordings),
        f"{each.missed.right} of {each.missed.total}",
        f"{each.false_alarms.right} of {each.false_alarms.total}",
        f"{each.window_ece:.3f} / {each.recording_ece:.3f}",
        f"{min(rates):.0%} to {max(rates):.0%}" if rates else "no spikes",
        f"{each.paper_nj:,.0f}",
        f"{each.full_nj:,.0f}",
    ]


def _rule_row(cell: RuleCell) -> list[str]:
    missed, alarms = (f"{each.right} of {each.total}" for each in (cell.missed, cell.false_alarms))
    rule = f"envelope rule (forced: {cell.forced_right.right} of {cell.forced_right.total})"
    return [cell.split, "spectrum", rule, "whole recordings", "", str(cell.right), missed, alarms, "", "", "", ""]


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
