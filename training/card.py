"""A bundle's model card and licence; every figure of what was reached comes from the manifest."""

from data.fault import FAULTS
from data.front_ends import AlignedFrontEnd, FrontEnd, OrderFrontEnd
from data.front_ends.order import WIDEST_OF_RATE
from models.manifest import Figure, Manifest
from training.controls.shuffle import what_is_shuffled
from training.controls.variants import SHUFFLED, SPEED_ERRORS, variants_of, wrong_speed

NETWORKS = {
    "mra-snn": "MRA-SNN, after arXiv 2408.11067",
    "candidate-snn": "one small detector, asked once for each candidate fault",
    "plain-snn": "a plain chain of spiking layers",
    "wdcnn": "in fact none that spikes: WDCNN",
    "resnet1d": "in fact none that spikes: a residual network",
}
LIMITS = {
    "aligned": """\
- It believes the speed and the bearing it is given. A speed off by 3 % loses most faults; the service compares both
  with the signal and warns (docs/measured/doubt.md).
- What it misses are faults whose envelope shows little at their orders, most of all damaged rolling elements and CWRU's
  0.028 in bearings, which do not fit their stated geometry. It then finds nothing, or names one with low confidence.
- JNU's recordings were all read with the same orders for this card, measured on them: their bearing types tell the
  fault.
""",
    "order": """\
- On a machine never seen a network of this kind mostly names a wrong fault (docs/results.md). The unknown-check is
  there to keep such answers back; where speed and bearing are known, the service takes `aligned` instead.
- CWRU's healthy recordings, published at 48 kHz, were brought to the 12 kHz of its faults, for training and for the
  table: at 48 kHz they reach bands in which this network has learned no healthy CWRU bearing, and the service calls
  both of them unknown (a test).
- Above 4 kHz `rolling_element` was learned from JNU alone and `normal` from MFPT alone: no other of the three rigs has
  that state at a rate that reaches there. In those bands the rig and the fault cannot be told apart by this data.
- CWRU 197 and 199 (outer race, 0.014 in) show little at their characteristic order, and a network of this kind reads
  them as a rolling element. Expect the same of faults that show as little.
""",
    "time": """\
- On a machine never seen a network of this kind mostly names a wrong fault (docs/results.md). The unknown-check is
  there to keep such answers back.
- Raw samples tell rigs and specimens: a network of this kind is right on the bearings it has seen, and may read the
  same faults wrong at another load or on another machine. Give the speed, and the service uses `order` instead.
""",
}

READS = {
    "order": "the order of things: where that is taken away, most of its answers go",
    "amplitude": "amplitude: it answers almost as well where the order of things is taken away",
    "both": "the order of things and their amplitude: some of its answers stay where the order is taken away",
    "nothing": "nothing that a fault of these recordings could be told by",
}
"""By the word that the controls found."""


SHARE_ALIKE = "CC BY-NC-SA 4.0"
SIMULATED = """\
The files of this bundle (weights, graphs, golden vectors, manifest, card) were learned from simulated machines alone,
made by the program: no recording's licence reaches them. They are under the licence of the program.
"""
SHARED = """\
Because a licence among them asks for it, these files are offered under CC BY-NC-SA 4.0
(https://creativecommons.org/licenses/by-nc-sa/4.0/): share and adapt them with attribution, not for commercial
purposes, under the same licence.

"""


def card(manifest: Manifest) -> str:
    """README.md of the bundle, Markdown."""
    kind, summary = manifest.front_end.kind, manifest.summary
    return f"""\
# {manifest.name} {manifest.version}

A spiking network ({NETWORKS[manifest.network.kind]}) that reads
{_reads(manifest.front_end)}.
It says {", ".join(f"`{fault}`" for fault in manifest.faults)}.

## What it reached

{_tested(manifest)}
The intervals (95 %, Wilson) count recordings; windows of one recording are not independent, and neither are recordings
of one bearing.

| rig | fault | tested on | windows right | recordings right | interval |
|---|---|---|---|---|---|
{_rows(manifest)}

All together: {summary.window_accuracy:.2%} of {summary.windows} windows, macro-F1 {summary.macro_f1:.4f}, macro-AUROC
{summary.macro_auroc:.4f}, {summary.recordings_right} of {summary.recordings} recordings; {summary.false_alarms}
false alarms. Read wrong: {", ".join(summary.misread) or "none"}. The service would call unknown, whatever was read:
{", ".join(summary.unknown) or "none"}.
Expected calibration error {summary.window_ece:.3f} (windows), {summary.recording_ece:.3f} (recordings).

Faulty recordings read as "nothing found": {_missed(manifest)}.
{_calibrated(manifest)}

It reads {READS[manifest.reads]}
({_controls(manifest.front_end)}: docs/measured/controls.md).

## Energy of one window

What 45 nm hardware would spend (profile float32, docs/energy.md), nJ; one window in one frequency band is one run.

| | spiking | ReLU twin |
|---|---|---|
| `paper`: encoder and head MACs, SynOps | {summary.paper_nj:,.0f} | {summary.twin_paper_nj:,.0f} |
| `full`: with neurons, attention, memory traffic | {summary.full_nj:,.0f} | {summary.twin_full_nj:,.0f} |

{summary.synops:,.0f} SynOps and {summary.macs:,.0f} MACs a run. Spikes per neuron and timestep: {_rates(manifest)}.

## Limits

- "Nothing found" is not "healthy".
- MFPT and JNU have one bearing for each state, CWRU one healthy and 11 faulty ones (15 if an outer race is another
  bearing at each position){_same_bearings(manifest)}. JNU has no healthy recording here: alone it is a three-fault
  problem.
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
    """LICENSE of the bundle: what the licences of its training data allow."""
    if _never_seen(manifest):
        return SIMULATED
    lines = "\n".join(f"- {each.dataset}: {each.licence}. {each.citation}" for each in manifest.training_data)
    share_alike = any(SHARE_ALIKE in each.licence for each in manifest.training_data)
    return f"""\
The files of this bundle (weights, graphs, golden vectors, manifest, card) are not under the licence of the program.

They were learned from:

{lines}

{SHARED if share_alike else ""}Datasets that state no licence grant nothing: ask their authors before commercial use.
For commercial use train a bundle on data of your own (`brinell train`).
"""


def _tested(manifest: Manifest) -> str:
    if _never_seen(manifest):
        return """\
On real recordings of three rigs. **It was trained and calibrated on simulated machines alone**: none of these rigs and
bearings took part. They were in view, though, while front end and simulator were built."""
    return f"""\
On recordings, or ends of recordings, that it was not trained on. **The bearings are the same as in training**
({manifest.protocol}): this says how it does on machines that it knows, not on yours."""


def _controls(front_end: FrontEnd) -> str:
    made = variants_of(front_end)
    told = {SHUFFLED: f"{what_is_shuffled(front_end)} shuffled", wrong_speed(max(SPEED_ERRORS)): "speeds told wrong"}
    return ", ".join(words for variant, words in told.items() if variant in made)


def _calibrated(manifest: Manifest) -> str:
    fitted = f"The temperature ({manifest.calibration.temperature:.3f}) was fitted on {manifest.calibration.recordings}"
    if _never_seen(manifest):
        return f"{fitted} simulated machines: real ones are harder, so a confidence may promise too much."
    return f"""\
{fitted} validation recordings: so few
cannot promise that an answer of 99 % is right 99 times in 100."""


def _same_bearings(manifest: Manifest) -> str:
    return "" if _never_seen(manifest) else ": nothing here shows that a fault is known on a bearing never seen"


def _never_seen(manifest: Manifest) -> bool:
    return manifest.miss_rate.same_machine is None


def _reads(front_end: FrontEnd) -> str:
    if isinstance(front_end, OrderFrontEnd):
        lowest_hz = min(high for _, high in front_end.bands_hz) / WIDEST_OF_RATE
        return (
            f"the envelope of one frequency band over shaft angle, {front_end.revolutions} revolutions a window;\n"
            f"it needs the shaft speed, and a sampling rate above {lowest_hz:,.0f} Hz"
        )
    if isinstance(front_end, AlignedFrontEnd):
        return (
            f"envelope spectra at the orders at which the bearing's faults would strike, {front_end.window_s:g} s a\n"
            f"window; it needs the shaft speed and the bearing, {front_end.turns:g} revolutions of signal and a\n"
            f"sampling rate of {front_end.lowest_rate_hz:,g} Hz"
        )
    return (
        f"raw samples up to {front_end.limit_hz:,g} Hz at {front_end.rate_hz:,g} Hz, {front_end.length:,} a window;\n"
        f"it needs no speed, and a sampling rate of at least {front_end.rate_hz:,g} Hz"
    )


def _tools(manifest: Manifest) -> str:
    return ", ".join(f"{tool} {number}" for tool, number in manifest.tools.items())


def _rates(manifest: Manifest) -> str:
    return ", ".join(f"{name} {rate:.1%}" for name, rate in manifest.summary.firing_rates.items())


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
    rates = (
        ("of the same machines", manifest.miss_rate.same_machine),
        ("of machines never seen", manifest.miss_rate.never_seen),
    )
    return "; ".join(
        f"{rate.missed} of {rate.of} {which} ({rate.interval[0]:.0%} to {rate.interval[1]:.0%})"
        for which, rate in rates
        if rate is not None
    )


def _data_rows(manifest: Manifest) -> str:
    return "\n".join(
        f"| {each.dataset} | {each.recordings} | {each.licence} | {each.citation} |" for each in manifest.training_data
    )
