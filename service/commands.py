"""`brinell serve` and `brinell diagnose`."""

from pathlib import Path
from typing import Annotated

import typer

from data.terminal import explained


def join(app: typer.Typer) -> None:
    """Adds the service's commands to the command line."""
    app.command()(serve)
    app.command()(diagnose)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else BRINELL_HOST, else 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; else BRINELL_PORT, else 8000.")] = None,
) -> None:
    """Answer over HTTP: POST /v1/diagnose, described at /docs.

    Listens on this machine only and asks for no key.

    Example:  BRINELL_PORT=9000 brinell serve
    """
    from service.settings import Settings

    with explained():
        settings = Settings.read(
            **{name: value for name, value in (("host", host), ("port", port)) if value is not None}
        )
    from service.serving import run

    run(settings)


def diagnose(
    what: Annotated[
        str,
        typer.Argument(metavar="FILE|DATASET/NAME", help="A csv, txt, npy, wav or mat file, or a public recording."),
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
    bundle: Annotated[str | None, typer.Option(help="Use this bundle, not the most informed that applies.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Also draw a picture of the signal and the answer, .png.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The answer as the service gives it, with all windows.")] = False,
) -> None:
    """Diagnose one recording, offline, with the engine that the service uses.

    Examples:

      brinell diagnose OuterRaceFault_3.mat --bearing NICE --plot answer.png

      brinell diagnose mfpt/OuterRaceFault_3

      brinell diagnose pump.csv --rate-hz 25600 --speed-rpm 1480 --channel 2 --json
    """
    with explained():
        from service import offline

        found = offline.diagnose(
            what, rate_hz=rate_hz, speed_rpm=speed_rpm, bearing=bearing, channel=channel, bundle=bundle
        )
        if json:
            typer.echo(found.diagnosis.model_dump_json(indent=2))
        else:
            offline.show(found)
        if plot is not None:
            from service.plots import draw

            draw(found, plot)
            typer.echo(f"drawn: {plot}", err=True)
