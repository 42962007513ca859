"""`brinell data`: what recordings there are, getting them, looking at one, making one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from data.terminal import explained

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

    from data.datasets import Dataset, Entry
    from data.geometry import Geometry
    from data.indicators import Indicators
    from data.naming import Named
    from data.recording import Recording

app = typer.Typer(
    help="Recordings: what there is, getting the public ones, looking at one, making one.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

_GEOMETRY = "Designation (6205), or geometry (rolling_elements=9,diameter_ratio=0.2034, or 9,0.2034)"
_BEARING = _GEOMETRY + ", or orders (bpfo=3.58,bpfi=5.42,bsf=2.36,ftf=0.398)."


_Machine = Literal["group_1_rigid", "group_1_flexible", "group_2_rigid", "group_2_flexible"]
_MACHINE = (
    "The machine's class, for the zone of ISO 20816-3: group 1 is above 300 kW or 315 mm of shaft height, group 2 from"
    " 15 kW or 160 mm; its foundation is rigid or flexible."
)


@app.command("list", epilog="Example: [bold]BRINELL_DATA=/srv/recordings brinell data list[/bold]")
def list_datasets() -> None:
    """Says which public datasets there are, how many recordings are here, and by name which are missing."""
    from rich.console import Console
    from rich.table import Table

    from data.datasets import DATASETS
    from data.home import data_root

    root = data_root()
    table = Table(title=f"Recordings under {root}")
    for heading in ("dataset", "", "here", "rate (Hz)", "licence"):
        table.add_column(heading)
    for dataset in DATASETS.values():
        here = f"{len(dataset.present(root))} of {len(dataset.entries)}"
        rates = sorted({entry.rate_hz for entry in dataset.entries})
        written = ", ".join(f"{rate:,.0f}" for rate in rates)
        table.add_row(f"[bold]{dataset.name}[/bold]", dataset.title, here, written, dataset.licence)
    Console().print(table)
    for dataset in DATASETS.values():
        names = ", ".join(entry.name for entry in dataset.missing(root)) or "nothing"
        typer.echo(f"{dataset.name}: missing {names}; from {dataset.home}")


@app.command(
    epilog="Examples: [bold]brinell data fetch[/bold] (all that is missing), [bold]brinell data fetch mfpt[/bold], "
    "[bold]brinell data fetch cwru/105 cwru/130[/bold]"
)
def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="Datasets, or DATASET/NAME; all when left out.")] = None,
    mirror: Annotated[
        str | None, typer.Option(help="Base address that serves DATASET/FILE in place of the homes.")
    ] = None,
) -> None:
    """Downloads recordings that are missing: goes on after a break, checks what came, leaves alone what is here."""
    from data.fetch import fetch_all
    from data.home import data_root

    root = data_root()
    with explained():
        wanted = _wanted(names or [], root)
    if not wanted:
        typer.echo(f"nothing is missing under {root}")
    with explained(), _progress() as progress:
        came, failures = fetch_all(wanted, root, lambda name: _bar(progress, name), mirror)
    for failure in failures:
        typer.secho(f"error: {failure}", fg=typer.colors.RED, err=True)
    if failures:
        typer.echo(f"{came} of {len(wanted)} are here now", err=True)
        raise typer.Exit(1)


@app.command(
    epilog="Examples: [bold]brinell data show mfpt/OuterRaceFault_3 --plot outer.png[/bold], "
    "[bold]brinell data show pump.csv --rate-hz 25600 --speed-rpm 1480 --bearing 6205 --plot pump.png[/bold], "
    "[bold]brinell data show pump.csv --rate-hz 25600 --unit g --machine group_2_rigid[/bold]"
)
def show(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|DATASET/NAME", help="A csv, txt, npy, wav, mat, tdms, uff or unv file, or a public recording."
        ),
    ],
    plot: Annotated[
        Path | None, typer.Option(help="Draw waveform, spectrum, envelope spectrum into this file.")
    ] = None,
    rate_hz: Annotated[float | None, typer.Option(help="Sampling rate, where the file does not say it.")] = None,
    speed_rpm: Annotated[float | None, typer.Option(help="Shaft speed.")] = None,
    bearing: Annotated[str | None, typer.Option(help=_BEARING)] = None,
    channel: Annotated[
        str | None, typer.Option(help="Which column, channel or variable, by name or number from 1.")
    ] = None,
    unit: Annotated[
        Literal["g", "m/s2", "V"] | None, typer.Option(help="What the samples are in, where the file does not say it.")
    ] = None,
    sensitivity: Annotated[float | None, typer.Option(help="Of the sensor, mV/g, where they are volts.")] = None,
    machine: Annotated[_Machine | None, typer.Option(help=_MACHINE)] = None,
) -> None:
    """Says what a recording is, its condition indicators, and where its bearing's faults would show.

    Each indicator stands with its standard, or with why this recording cannot give it; the velocity with its zone of
    ISO 20816-3 where --machine is given. Draws the recording on request.
    """
    from rich.console import Console
    from rich.table import Table

    from data.indicators import MachineClass, indicators
    from data.naming import open_named
    from data.units import Calibration, Unit

    with explained():
        found = open_named(
            what,
            rate_hz=rate_hz,
            speed_rpm=speed_rpm,
            bearing=bearing,
            channel=channel,
            calibration=Calibration(None if unit is None else Unit(unit), sensitivity),
        )
        table = Table(title=what, show_header=False)
        for name, value in _facts(found):
            table.add_row(name, value)
        Console().print(table)
        found_of = indicators(found.recording, None if machine is None else MachineClass(machine))
        Console().print(_indicator_table(found_of))
        if plot is not None:
            from data import plots

            plots.show(found.recording, plot, what)
            typer.echo(f"drawn into {plot}")


@app.command(
    epilog="Example: [bold]brinell data simulate inner.wav --fault inner_race --seconds 5 --bearing 6205[/bold]"
)
def simulate(
    out: Annotated[
        Path, typer.Argument(help="File to write: .npy, .csv (time and acceleration) or .wav (32-bit float).")
    ],
    fault: Annotated[
        Literal["normal", "inner_race", "outer_race", "rolling_element"], typer.Option(help="What is wrong with it.")
    ] = "outer_race",
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="Duration.")] = 4.0,
    seed: Annotated[int, typer.Option(min=0, help="Which rig is drawn: the same seed gives the same recording.")] = 0,
    rate_hz: Annotated[float | None, typer.Option(help="Sampling rate; drawn when left out.")] = None,
    speed_rpm: Annotated[float | None, typer.Option(help="Shaft speed; drawn when left out.")] = None,
    bearing: Annotated[str | None, typer.Option(help=_GEOMETRY + ". Drawn when left out.")] = None,
    snr_db: Annotated[float | None, typer.Option(help="Strikes over noise; drawn when left out.")] = None,
) -> None:
    """Makes a recording of a simulated rig, to try things on without a machine."""
    from data.formats.output import write

    with explained():
        recording, geometry = _simulated(fault, seconds, seed, rate_hz, speed_rpm, bearing, snr_db)
        write(recording, out)
    typer.echo(f"{out}: {recording.seconds:g} s at {recording.rate_hz:g} Hz, {fault}")
    typer.echo(f"look at it: brinell data show {out} --rate-hz {recording.rate_hz:g} {geometry}")


def _wanted(names: list[str], root: Path) -> "list[tuple[Dataset, Entry]]":
    from data.datasets import DATASETS, named

    wanted: dict[tuple[str, str], tuple[Dataset, Entry]] = {}
    for name in names or list(DATASETS):
        dataset, entries = named(name)
        missing = dataset.missing(root)
        wanted |= {(dataset.name, entry.name): (dataset, entry) for entry in entries if entry in missing}
    return list(wanted.values())


def _progress() -> "Progress":
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    text = TextColumn("{task.description}")
    return Progress(text, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())


def _bar(progress: "Progress", name: str) -> Callable[[int, int | None], None]:
    task = progress.add_task(name, total=None)

    def update(done: int, total: int | None) -> None:
        progress.update(task, completed=done, total=total)

    return update


def _facts(found: "Named") -> Iterator[tuple[str, str]]:
    from data.plots import marks_hz

    recording = found.recording
    yield "samples", f"{recording.samples.size:,} at {recording.rate_hz:,g} Hz, {recording.seconds:.3f} s"
    yield "speed", "not known" if recording.speed_rpm is None else f"{recording.speed_rpm:g} rpm"
    for name in ("channel", "fault", "bearing", "load"):
        if getattr(recording, name):
            yield name, str(getattr(recording, name))
    if found.bearing is not None and found.bearing.source:
        yield "its geometry", found.bearing.source
    yield "mean", f"{recording.samples.mean(dtype='float64'):.3g} g"
    marks = marks_hz(recording)
    lines = ", ".join(f"{name} {frequency:.2f} Hz" for name, frequency in marks.items())
    yield "faults show at", lines or "needs speed and bearing"
    yield "unit", "not said; taken as g" if recording.unit is None else recording.unit
    yield "note", found.note


def _indicator_table(found: "Indicators") -> "Table":
    from rich.table import Table

    from data.indicators import DEFINITIONS, family

    table = Table(title="Condition indicators")
    table.add_column("indicator", no_wrap=True)
    for heading in ("value", "what it is", "standard"):
        table.add_column(heading)
    for name, value in found.values.items():
        unit, meaning, standard = DEFINITIONS[family(name)]
        note = f"; {found.notes[name]}" if name in found.notes else ""
        table.add_row(name, f"{value:.4g} {unit}", meaning + note, standard)
    for name, reason in found.missing.items():
        table.add_row(name, "none", reason, DEFINITIONS[family(name)].standard if name != "zone" else "ISO 20816-3")
    if found.zone is not None:
        table.add_row("zone", found.zone, "A to D: new, good, for a time, harmful", "ISO 20816-3")
    return table


def _simulated(
    fault: str,
    seconds: float,
    seed: int,
    rate_hz: float | None,
    speed_rpm: float | None,
    bearing: str | None,
    snr_db: float | None,
) -> "tuple[Recording, str]":
    import numpy as np

    from data.bearing import written
    from data.fault import Fault
    from data.rig import draw_rig
    from data.rig import simulate as simulated

    given = {"rate_hz": rate_hz, "speed_rpm": speed_rpm, "snr_db": snr_db}
    given = {name: value for name, value in given.items() if value is not None}
    rng = np.random.default_rng(seed)
    rig = draw_rig(rng, **given, **({} if bearing is None else {"geometry": _geometry(bearing)}))
    recording = simulated(rig, Fault(fault), seconds, rng)
    return recording, f"--speed-rpm {rig.speed_rpm:g} --bearing {written(rig.geometry)}"


def _geometry(bearing: str) -> "Geometry":
    from data.bearing import GEOMETRY_FORM, read_bearing
    from data.errors import SignalError

    geometry = read_bearing(bearing).geometry
    if geometry is None:
        raise SignalError("bearing", f"a rig is simulated from a geometry, not from orders; write {GEOMETRY_FORM}")
    return geometry
