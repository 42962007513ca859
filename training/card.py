"""A bundle's model card and licence, written from its manifest: no figure is typed by hand."""

from data.fault import FAULTS
from models.manifest import Figure, Manifest

READS = {
    "order": "the envelope of one frequency band over shaft angle, {front_end.revolutions} revolutions a window; "
    "it needs the shaft speed, and a sampling rate above 8.6 kHz",
    "time": "raw samples up to {front_end.limit_hz:g} Hz at {front_end.rate_hz:g} Hz, {front_end.length} a window; "
    "it needs no speed, and a sampling rate of at least 12 kHz",
}

LIMITS = {
    "order": """\
- Above 4 kHz `rolling_element` was learned from JNU alone and `normal` from MFPT alone: no other of the three rigs has
  that state at a rate that reaches there. In those bands the rig and the fault cannot be told apart by this data.
- CWRU 197 and 199 (outer race, 0.014 in) show little at their characteristic order. Networks of this kind that have not
  seen these two read them as a rolling element. Here the same bearing stands in training and test, so the figures below
  do not show it.
""",
    "time": """\
- Raw samples tell rigs and specimens: a network of this kind is right on the bearings it has seen and reads the same
  faults wrong at another load or on another machine. Give the speed, and the service uses `order` instead.
""",
}


def card(manifest: Manifest) -> str:
    """README.md of the bundle, Markdown."""
    kind, calibration = manifest.front_end.kind, manifest.calibration
    return f"""\
# {manifest.name} {manifest.version}

A spiking network (MRA-SNN, after arXiv 2408.11067) that reads {READS[kind].format(front_end=manifest.front_end)}.
It says {", ".join(f"`{fault}`" for fault in manifest.faults)}.

## What it reached

On recordings, or ends of recordings, that it was not trained on. **The bearings are the same as in training**
({manifest.protocol}): this says how it does on machines that it knows, not on yours.
The intervals (95 %, Wilson) count recordings; windows of one recording are not independent, and neither are recordings
of one bearing.

| rig | fault | tested on | windows right | recordings right | interval |
|---|---|---|---|---|---|
{_rows(manifest)}

Faulty recordings read as "nothing found": {_missed(manifest)}.
The temperature ({calibration.temperature:.3f}) was fitted on {calibration.recordings} validation recordings: so few
cannot promise a confidence near 1.

## Limits

- "Nothing found" is not "healthy".
- MFPT and JNU have one bearing for each state, CWRU 11 faulty ones and one healthy: nothing here shows that a fault is
  known on a bearing never seen. JNU has no healthy recording here: alone it is a three-fault problem.
{LIMITS[kind]}
## Trained on

| dataset | recordings | licence | cite |
|---|---|---|---|
{_data_rows(manifest)}

Seed {manifest.seed}, {manifest.trained_on.isoformat()}, with {_tools(manifest)}.
`config.toml` and `weights.safetensors` are what training goes on from; `brinell export` makes the graphs from them
again, and `brinell evaluate --bundle` measures the table above.
"""


def licence(manifest: Manifest) -> str:
    """LICENSE of the bundle: what the licences of the training data allow."""
    lines = "\n".join(f"- {each.dataset}: {each.licence}. {each.citation}" for each in manifest.training_data)
    return f"""\
The files of this bundle (weights, graphs, golden vectors, manifest, card) are not under the licence of the program.

They were learned from:

{lines}

Because MFPT's licence (CC BY-NC-SA 4.0, https://creativecommons.org/licenses/by-nc-sa/4.0/) asks for it, these files
are offered under CC BY-NC-SA 4.0: share and adapt them with attribution, not for commercial purposes, under the same
licence. Datasets that state no licence grant nothing: ask their authors before commercial use. For commercial use
train a bundle on data of your own (`brinell train`).
"""


def _tools(manifest: Manifest) -> str:
    return ", ".join(f"{tool} {number}" for tool, number in manifest.tools.items())


def _rows(manifest: Manifest) -> str:
    ordered = sorted(manifest.figures, key=lambda figure: (figure.rig, FAULTS.index(figure.fault)))
    return "\n".join(_row(figure) for figure in ordered)


def _row(figure: Figure) -> str:
    low, high = figure.interval
    return (
        f"| {figure.rig} | {figure.fault} | {figure.span} | {figure.window_accuracy:.1%} of {figure.windows} "
        f"| {figure.recordings_right} of {figure.recordings} | {low:.0%} to {high:.0%} |"
    )


def _missed(manifest: Manifest) -> str:
    rate = manifest.miss_rate.same_machine
    return f"{rate.missed} of {rate.of} ({rate.interval[0]:.0%} to {rate.interval[1]:.0%})"


def _data_rows(manifest: Manifest) -> str:
    return "\n".join(
        f"| {each.dataset} | {each.recordings} | {each.licence} | {each.citation} |" for each in manifest.training_data
    )
