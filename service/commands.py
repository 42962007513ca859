"""`brinell serve`, `brinell diagnose` and `brinell energy calibrate`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from data.terminal import explained
from service import bundle_commands, key_commands


def join(app: typer.Typer) -> None:
    """Adds the service's commands to the command line."""
    bundle_commands.join(app)
    key_commands.join(app)
    app.command()(serve)
    app.command()(diagnose)
    energy = typer.Typer(help="What inference costs on this computer.", no_args_is_help=True)
    energy.command()(calibrate)
    # A second command would make the first a word of its own; until then this keeps it one.
    energy.callback()(lambda: None)
    app.add_typer(energy, name="energy")


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else BRINELL_HOST, else 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; else BRINELL_PORT, else 8000.")] = None,
    show_settings: Annotated[
        bool, typer.Option(help="Print every setting and where it comes from; serve nothing.")
    ] = False,
) -> None:
    """Answer over HTTP: POST /v1/diagnose, described at /docs.

    Listens on this machine only, and asks for a key (brinell keys api) unless BRINELL_AUTH is none.

    Example:  BRINELL_PORT=9000 brinell serve
    """
    from service.settings import Settings

    options = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    with explained():
        settings = Settings.read(**options)
    if show_settings:
        for line in settings.shown(options):
            typer.echo(line)
        return
    from service.serving import run

    run(settings)


def diagnose(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|DATASET/NAME", help="A csv, txt, npy, wav, mat, tdms, uff or unv file, or a public recording."
        ),
    ],
    rate_hz: Annotated[float | None, typer.Option(help="Sampling rate, Hz, where the file does not say it.")] = None,
    speed_rpm: Annotated[float | None, typer.Option(help="Shaft speed, rpm, where the file does not say it.")] = None,
    bearing: Annotated[
        str | None,
        typer.Option(
            help="Designation (6205), geometry (rolling_elements=9,diameter_ratio=0.2034, or 9,0.2034) "
            "or orders (bpfo=3.58,bpfi=5.42,bsf=2.36,ftf=0.398)."
        ),
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Which channel: its name, or its number from 1.")] = None,
    unit: Annotated[
        Literal["g", "m/s2", "V"] | None, typer.Option(help="What the samples are in, where the file does not say it.")
    ] = None,
    sensitivity: Annotated[float | None, typer.Option(help="Of the sensor, mV/g, where they are volts.")] = None,
    bundle: Annotated[str | None, typer.Option(help="Use this bundle, not the most informed that applies.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Also draw a picture of the signal and the answer, .png.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The answer as the service gives it, with all windows.")] = False,
) -> None:
    """Diagnose one recording, offline, with the engine that the service uses.

    Examples:

      brinell diagnose OuterRaceFault_3.mat --bearing NICE --plot answer.png

      brinell diagnose mfpt/OuterRaceFault_3

      brinell diagnose pump.csv --rate-hz 25600 --speed-rpm 1480 --channel 2 --json

      brinell diagnose fan.tdms --channel "drive end" --unit V --sensitivity 100 --bearing 6205 --speed-rpm 1480
    """
    with explained():
        from data.units import Calibration, Unit
        from service import offline

        found = offline.diagnose(
            what,
            rate_hz=rate_hz,
            speed_rpm=speed_rpm,
            bearing=bearing,
            channel=channel,
            calibration=Calibration(None if unit is None else Unit(unit), sensitivity),
            bundle=bundle,
        )
        if json:
            typer.echo(found.diagnosis.model_dump_json(indent=2))
        else:
            offline.show(found)
        if plot is not None:
            from service.plots import draw

            draw(found, plot)
            typer.echo(f"drawn: {plot}", err=True)


def calibrate(
    idle_w: Annotated[
        float | None, typer.Option(help="What a meter at the plug shows with nothing running, W.")
    ] = None,
    busy_w: Annotated[float | None, typer.Option(help="What it shows under this command's load, W.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long the load lasts; meters at the plug need 20 s.")] = 30,
    meter: Annotated[
        bool, typer.Option(help="Ask for readings of a meter at the plug, not the processor's own.")
    ] = False,
) -> None:
    """Measure what a busy core draws, so that answers can say what they cost on this computer (`host_nj`).

    Reads the processor's own meter (Linux, RAPL, as root). With --meter it asks what a meter at the plug shows: once
    idle, and once while the shipped network reads windows on every core.

    Prints the line to set:  BRINELL_WATTS_PER_CORE=6.4

    Examples:

      sudo brinell energy calibrate

      brinell energy calibrate --meter --seconds 60
    """
    from service import host_energy
    from service.offline import loaded
    from service.settings import Settings

    with explained():
        bundle = next(iter(loaded(Settings.read()).bundles.values()))
        if meter or idle_w is not None or busy_w is not None:
            idle_w = typer.prompt("Idle, the meter shows (W)", type=float) if idle_w is None else idle_w
            typer.echo(f"Reading windows on every core for {seconds:g} s: read the meter towards the end.", err=True)
            load = host_energy.load(bundle, seconds)
            busy_w = typer.prompt("Under load, it showed (W)", type=float) if busy_w is None else busy_w
            found = host_energy.Calibration(idle_w, busy_w, load)
        else:
            typer.echo(f"Idle for {seconds:g} s, then the load for as long.", err=True)
            found = host_energy.by_rapl(bundle, seconds)
        run_nj = 1e9 * found.watts_per_core * found.load.cpu_s / found.load.runs
        cores = found.load.cpu_s / found.load.seconds
        typer.echo(
            f"{found.idle_w:.1f} W idle, {found.busy_w:.1f} W with {cores:.1f} cores busy;"
            f" one run of the graph of `{bundle.manifest.name}` costs {run_nj:,.0f} nJ here.",
            err=True,
        )
        typer.echo(f"BRINELL_WATTS_PER_CORE={found.watts_per_core:.3g}")
