"""A bundle's model card; every figure of what was reached comes from the manifest."""

from collections.abc import Iterable, Sequence
from textwrap import fill

from data.fault import FAULTS
from data.front_ends import AlignedFrontEnd, FrontEnd, OrderFrontEnd
from data.front_ends.order import WIDEST_OF_RATE
from models.manifest import Figure, Manifest
from models.network import RealConfig
from training.controls.shuffle import what_is_shuffled
from training.controls.variants import SHUFFLED, SPEED_ERRORS, variants_of, wrong_speed
from training.limits import limits
from training.seen import Seen
from training.spans import SIMULATED

WIDTH = 120

NETWORKS = {
    "mra-snn": "MRA-SNN, after arXiv 2408.11067",
    "candidate-snn": "one small detector, asked once for each candidate fault",
    "plain-snn": "a plain chain of spiking layers",
    "wdcnn": "WDCNN",
    "resnet1d": "a residual network",
}

READS = {
    "order": "the order of things: where that is taken away, most of its answers go",
    "amplitude": "amplitude: it answers almost as well where the order of things is taken away",
    "both": "the order of things and their amplitude: some of its answers stay where the order is taken away",
    "nothing": "nothing that a fault of these recordings could be told by",
}
"""By the word that the controls found."""


def card(manifest: Manifest) -> str:
    """README.md of the bundle, Markdown."""
    summary = manifest.summary
    return f"""\
# {manifest.name} {manifest.version}

{_network(manifest)} that reads
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

{_energy(manifest)}

## Limits

{_bullets(limits(manifest))}

## Trained on

| dataset | recordings | licence | cite |
|---|---|---|---|
{_data_rows(manifest)}

Seed {manifest.seed}, {manifest.trained_on.isoformat()}, with {_tools(manifest)}.
`config.toml` and `weights.safetensors` are what training goes on from; `brinell export` makes the graphs from them
again, and `brinell evaluate --bundle` measures the table above.
"""


def _network(manifest: Manifest) -> str:
    name = NETWORKS[manifest.network.kind]
    if _spikes(manifest):
        return f"A spiking network ({name})"
    twin_of = "" if isinstance(manifest.network, RealConfig) else "the ReLU twin of "
    return f"A network without spikes ({twin_of}{name})"


def _spikes(manifest: Manifest) -> bool:
    return bool(manifest.summary.firing_rates)


def _tested(manifest: Manifest) -> str:
    seen = Seen.by(manifest)
    tested = _listed([name.upper() for name in seen.tested])
    if seen.simulated_alone:
        return f"""\
On real recordings of {tested}. **It was trained and calibrated on simulated machines alone**: none of these
rigs and bearings took part. They were in view, though, while front end and simulator were built."""
    if seen.machines_apart:
        return f"""\
On real recordings of {tested}, **of which none trained or calibrated it** ({manifest.protocol}). They were in view,
though, while its front end was built."""
    if seen.bearings_apart:
        return f"""\
On recordings, or parts of recordings, that it was not trained on. **CWRU's faulty bearings are others than in training,
all other bearings the same** ({manifest.protocol}): this says how it does on machines that it knows, not on yours."""
    flattered = " What was tested lies amid what trained it, which flatters." if seen.windows_apart else ""
    return f"""\
On recordings, or parts of recordings, that it was not trained on. **The bearings are the same as in training**
({manifest.protocol}): this says how it does on machines that it knows, not on yours.{flattered}"""


def _controls(front_end: FrontEnd) -> str:
    made = variants_of(front_end)
    told = {SHUFFLED: f"{what_is_shuffled(front_end)} shuffled", wrong_speed(max(SPEED_ERRORS)): "speeds told wrong"}
    return ", ".join(words for variant, words in told.items() if variant in made)


def _calibrated(manifest: Manifest) -> str:
    seen, of = Seen.by(manifest), manifest.calibration
    fitted = f"The temperature ({of.temperature:.3f}) was fitted on {of.recordings}"
    too_much = "so a confidence may promise too much."
    if seen.simulated_alone:
        return f"{fitted} simulated machines: real ones are harder, {too_much}"
    if SIMULATED in seen.trained:
        return f"""\
{fitted} validation recordings, simulated ones among them
where some were held out: real ones are harder, {too_much}"""
    if seen.machines_apart or seen.bearings_apart:
        others = "machines" if seen.machines_apart else "bearings"
        return f"""\
{fitted} validation recordings. What is tested
here are other {others}, {too_much}"""
    return f"""\
{fitted} validation recordings: so few
cannot promise that an answer of 99 % is right 99 times in 100."""


def _energy(manifest: Manifest) -> str:
    of = manifest.summary
    if not _spikes(manifest):
        return f"""\
| | |
|---|---|
| `paper`: MACs | {of.paper_nj:,.0f} |
| `full`: with activations, attention, memory traffic | {of.full_nj:,.0f} |

{of.macs:,.0f} MACs a run."""
    return f"""\
| | spiking | ReLU twin |
|---|---|---|
| `paper`: encoder and head MACs, SynOps | {of.paper_nj:,.0f} | {of.twin_paper_nj:,.0f} |
| `full`: with neurons, attention, memory traffic | {of.full_nj:,.0f} | {of.twin_full_nj:,.0f} |

{of.synops:,.0f} SynOps and {of.macs:,.0f} MACs a run. Spikes per neuron and timestep: {_rates(manifest)}."""


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(
        fill(each, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
        for each in sentences
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


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
    same_machine, never_seen = manifest.miss_rate.same_machine, manifest.miss_rate.never_seen
    others = "" if same_machine is None else ", read by the worst of the networks of this kind in docs/results.md"
    rates = (("of the same machines", same_machine), (f"of machines never seen{others}", never_seen))
    return "; ".join(
        f"{rate.missed} of {rate.of} {which} ({rate.interval[0]:.0%} to {rate.interval[1]:.0%})"
        for which, rate in rates
        if rate is not None
    )


def _data_rows(manifest: Manifest) -> str:
    return "\n".join(
        f"| {each.dataset} | {each.recordings} | {each.licence} | {each.citation} |" for each in manifest.training_data
    )
