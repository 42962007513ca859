"""`brinell diagnose`: a file instead of a request, a table instead of JSON, the same engine."""

import logging
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from data.naming import open_named
from data.recording import Recording
from data.units import AS_IT_IS, Calibration
from models.bundle import Bundle, BundleError
from models.energy import PROFILES
from models.shaft_speed import SpeedEstimate
from service.diagnosis import Diagnosis, EnergyStatement, OtherReading, Verdict
from service.engine import Engine
from service.registry import Registry
from service.settings import Settings
from service.wording import NAMES, warnings_about

logger = logging.getLogger(__name__)

BAR = 24


@dataclass(frozen=True, eq=False)
class Found:
    """A recording, its diagnosis with all windows, the bundle that gave it, and how it was read or whom to cite."""

    recording: Recording
    diagnosis: Diagnosis
    bundle: Bundle | None
    note: str


def diagnose(
    what: str, *, rate_hz: float | None, speed_rpm: float | None, bearing: str | None, channel: str | None,
    bundle: str | None, calibration: Calibration = AS_IT_IS,
) -> Found:  # fmt: skip
    """Reads `what`, a file or a public recording, and asks the engine; what is given here counts before what it says.

    Raises:
        BrinellError: unreadable file, no signal, unknown bearing or bundle, no bundle that can be used, or a setting
            that cannot be.
    """
    settings = Settings.read()
    named = open_named(
        what, rate_hz=rate_hz, speed_rpm=speed_rpm, bearing=bearing, channel=channel, calibration=calibration
    )
    registry = loaded(settings)
    engine = Engine(registry.bundles, PROFILES[settings.energy_profile], settings.watts_per_core)
    answer = engine.diagnose(named.recording, bundle=bundle, windows=True, warnings=warnings_about(named.bearing))
    used = None if answer.bundle is None else registry.bundles[answer.bundle.name]
    return Found(named.recording, answer, used, named.note)


def loaded(settings: Settings) -> Registry:
    """The bundles to answer with.

    Raises:
        BundleError: there is none that is whole.
    """
    registry = Registry.load(settings.bundles, settings.trust)
    if not registry.bundles:
        raise BundleError(settings.bundles, f"none to answer with; refused: {dict(registry.refused) or 'none found'}")
    return registry


def show(found: Found, console: Console | None = None) -> None:
    """The answer as a table for people."""
    console = console or Console()
    answer = found.diagnosis
    table = Table(title=found.recording.source, show_header=False, title_justify="left", min_width=60)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(found):
        table.add_row(name, value)
    console.print(table)
    style = {Verdict.DIAGNOSED: "bold"}.get(answer.verdict, "bold yellow")
    console.print(answer.message, style=style, markup=False)


def _rows(found: Found) -> list[tuple[str, str]]:
    answer = found.diagnosis
    rows = [("signal", _signal(found)), ("verdict", answer.verdict.value)]
    if answer.reason is not None:
        rows.append(("reason", answer.reason))
    if answer.fault is not None:
        rows.append(("found", NAMES[answer.fault]))
    if answer.confidence is not None:
        rows.append(("confidence", f"{answer.confidence:.1%}"))
    for fault, probability in (answer.probabilities or {}).items():
        rows.append((f"  {fault.value}", f"{probability:6.1%} {'█' * round(BAR * probability)}"))
    if answer.miss_rate is not None:
        rate = answer.miss_rate
        low, high = rate.interval
        rows.append(("missed faults", f"{rate.missed} of {rate.of} ({low:.0%} to {high:.0%}), {rate.scope}"))
    rows.append(("evidence", _evidence(answer)))
    if answer.bearing_fit is not None:
        rows.append(("bearing", answer.bearing_fit.fit.value.replace("_", " ")))
    if answer.estimated_speed is not None:
        rows.append(("speed shown", _shown(answer.estimated_speed)))
    if answer.at_estimated_speed is not None:
        rows.append(("read at that", _other(answer.at_estimated_speed)))
    if answer.energy is not None:
        rows += _energy(answer.energy)
    if answer.bundle is not None:
        windows = f"{answer.window_count} windows"
        rows.append(("bundle", f"{answer.bundle.name}/{answer.bundle.version}, {windows}"))
    rows.append(("front end", answer.front_end_reason))
    rows += [("warning", warning) for warning in answer.warnings]
    rows.append(("time", f"{answer.timing.total_ms:.0f} ms"))
    return rows


def _signal(found: Found) -> str:
    signal = found.diagnosis.signal
    parts = [f"{signal.samples} samples, {signal.seconds:.2f} s at {signal.rate_hz:g} Hz"]
    parts.append("speed not known" if signal.speed_rpm is None else f"{signal.speed_rpm:g} rpm")
    parts.append("bearing not known" if signal.bearing is None else signal.bearing)
    if signal.unit is not None:
        parts.append(f"in {signal.unit}")
    return "; ".join([*parts, found.note])


def _evidence(answer: Diagnosis) -> str:
    if answer.evidence is None:
        return f"none: {answer.evidence_reason}"
    heights = ", ".join(f"{fault.value} {z:.1f}" for fault, z in answer.evidence.z.items())
    return f"envelope rule: {NAMES[answer.evidence.fault]} (z {heights}; named over {answer.evidence.threshold:.1f})"


def _shown(estimate: SpeedEstimate) -> str:
    sureness = "sure" if estimate.sure else "not sure"
    return f"{estimate.speed_rpm:.0f} rpm, {sureness} (lead {estimate.lead:.2f}; sure over {estimate.needed:.2f})"


def _other(other: OtherReading) -> str:
    evidence = "none" if other.evidence is None else NAMES[other.evidence.fault]
    return f"{other.message} Envelope rule: {evidence}."


def _energy(energy: EnergyStatement) -> list[tuple[str, str]]:
    rates = ", ".join(f"{name} {rate:.1%}" for name, rate in energy.firing_rates.items())
    twin = energy.relu_twin_nj
    return [
        (
            "energy",
            f"paper {_joules(energy.paper_nj)}, full {_joules(energy.full_nj)} ({energy.profile}, "
            f"{energy.graph_runs} runs; {_joules(energy.per_window.full_nj)} a window)",
        ),
        ("with ReLU", f"paper {_joules(twin.paper)}, full {_joules(twin.full)}"),
        ("firing rates", rates),
    ]


def _joules(nanojoules: float) -> str:
    for size, unit in ((1e6, "mJ"), (1e3, "µJ")):
        if nanojoules >= size:
            return f"{nanojoules / size:.3g} {unit}"
    return f"{nanojoules:.3g} nJ"
