"""Pictures of what a run reached."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data.fault import FAULTS
from training.judging import Judged
from training.metrics import confusion


def draw_confusion(judged: Sequence[Judged], path: Path, title: str) -> None:
    """One confusion matrix a rig, windows as counts and shares of the true fault, as PNG."""
    from matplotlib.figure import Figure

    rigs = sorted({each.span.entry.rig for each in judged})
    figure = Figure(figsize=(4.6 * len(rigs), 4.4), layout="constrained")
    figure.suptitle(f"{title}: windows of the test part")
    names = [fault.replace("_", "\n") for fault in FAULTS]
    for axes, rig in zip(np.atleast_1d(figure.subplots(1, len(rigs))), rigs, strict=True):
        of_rig = [each for each in judged if each.span.entry.rig == rig]
        labels = np.repeat([each.label for each in of_rig], [len(each.windows) for each in of_rig])
        table = confusion(labels, np.concatenate([each.windows.argmax(axis=1) for each in of_rig]), len(FAULTS))
        share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
        axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(table):
            if count:
                shade = "white" if share[row, column] > 0.5 else "black"
                axes.text(column, row, f"{count}\n{share[row, column]:.1%}", ha="center", va="center", color=shade)
        axes.set(title=rig.upper(), xlabel="read as", ylabel="true fault")
        axes.set_xticks(range(len(FAULTS)), names, fontsize=8)
        axes.set_yticks(range(len(FAULTS)), names, fontsize=8)
    figure.savefig(path, dpi=110)
