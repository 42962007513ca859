"""`brinell asset`: a machine's recordings in a folder, without a service; and what a service's store says of one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from data.terminal import explained

if TYPE_CHECKING:
    from service.assets.offline.folder import Dated
    from service.assets.offline.listener import Heard, Listener

asset = typer.Typer(
    help="A machine over months: commission it, replay its recordings, see its trend.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Argument(help="Folder of recordings: csv, txt, npy, wav, mat, tdms, uff or unv files.")]
Times = Annotated[
    str,
    typer.Option(
        help="When each was made (UTC): by its `name` (2026-11-24T08-30_fan.wav), when its file was `modified`, or by "
        "a CSV FILE with the columns file,time,speed_rpm."
    ),
]
Plot = Annotated[Path | None, typer.Option(help="Also draw a picture, .png, .pdf or .svg.")]


def join(app: typer.Typer) -> None:
    """Adds `brinell asset` to the command line."""
    app.add_typer(asset, name="asset")


@asset.command()
def commission(
    folder: Folder,
    into: Annotated[Path, typer.Option(help="File of the machine, .json.")],
    times: Times = "name",
    first: Annotated[int | None, typer.Option(min=1, help="Only so many, the oldest; else all.")] = None,
    described: Annotated[
        Path | None,
        typer.Option("--asset", help="JSON of the point as GET /v1/assets/{id} gives it, in place of what follows."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Of the machine; else that of the folder.")] = None,
    bearing: Annotated[
        str | None, typer.Option(help="Designation, geometry or orders, as `brinell diagnose` takes it.")
    ] = None,
    speed_rpm: Annotated[
        str | None, typer.Option(help="1480, a range (900-1500), or `given` by each file or the table of times.")
    ] = None,
    machine_class: Annotated[
        Literal["1-rigid", "1-flexible", "2-rigid", "2-flexible"] | None,
        typer.Option("--class", help="Of ISO 20816-3: 1 is above 300 kW, 2 above 15 kW."),
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="An axis: a channel of the files. May be given again.")
    ] = None,
    unit: Annotated[Literal["g", "m/s2", "V"] | None, typer.Option(help="Where the files do not say it.")] = None,
    sensitivity: Annotated[float | None, typer.Option(help="Of the sensor, mV/g, where they are volts.")] = None,
    rate_hz: Annotated[float | None, typer.Option(help="Sampling rate, Hz, where the files do not say it.")] = None,
    confirm: Annotated[
        str | None, typer.Option(metavar="WHY", help="They are healthy though they do not look so, and why.")
    ] = None,
    extend: Annotated[bool, typer.Option("--extend", help="Add them to what the machine was commissioned on.")] = False,
) -> None:
    """Learn from healthy recordings how a machine sounds when nothing is wrong.

    From 19 recordings on, made on several days and at all speeds and loads that are usual, its limits are firm.

    Example:  brinell asset commission healthy/ --into fan.json --bearing 6205 --speed-rpm 1480
    """
    with explained():
        from service.assets.offline.commission import commissioned
        from service.assets.offline.folder import recordings
        from service.assets.offline.given import asset_of
        from service.assets.offline.listener import Listener
        from service.assets.offline.machine import Machine, read_asset

        before = Machine.read(into) if extend else None
        if before is not None:
            point, rate_hz = before.asset, before.rate_hz if rate_hz is None else rate_hz
        elif described is not None:
            point = read_asset(described)
        else:
            point = asset_of(
                name or folder.resolve().name, bearing=bearing, speed=speed_rpm, machine_class=machine_class,
                channels=channel or (), unit=unit, sensitivity=sensitivity,
            )  # fmt: skip
        listener = Listener(point, {}, rate_hz)
        heard = list(_heard(listener, recordings(folder, times)[:first], "commissioning"))
        machine = commissioned(point, rate_hz, heard, why=confirm, extends=before)
        machine.write(into)
        for axis, standing in machine.healthy.items():
            typer.echo(f"axis {axis}: {standing.n} healthy recordings, version {standing.version}")
            for caution in standing.baseline.cautions:
                typer.echo(f"  {caution}")
        timed = "" if times == "name" else f" --times {times}"
        typer.echo(f"machine: {into}\nnext: brinell asset replay FOLDER --baseline {into}{timed}")


@asset.command()
def replay(
    folder: Folder,
    baseline: Annotated[Path | None, typer.Option(help="File of the machine, from `brinell asset commission`.")] = None,
    described: Annotated[
        Path | None, typer.Option("--asset", help="JSON of the point instead, of a machine that was not commissioned.")
    ] = None,
    times: Times = "name",
    rate_hz: Annotated[float | None, typer.Option(help="Sampling rate, Hz, where nothing else says it.")] = None,
    every: Annotated[
        bool, typer.Option("--every", help="Tell each recording, not only where something changes.")
    ] = False,
    table: Annotated[Path | None, typer.Option("--csv", help="Also write a table with all indicators.")] = None,
    plot: Plot = None,
    json: Annotated[
        bool, typer.Option("--json", help="A line of JSON for each axis of each recording instead.")
    ] = False,
) -> None:
    """Follow a machine's recordings in the order of time: what would have been told, and when.

    The voices, and the rule that raises `watch` and `alarm`, are those of the service. Recordings that the machine was
    commissioned on advance nothing.

    Example:  brinell asset replay recordings/ --baseline fan.json --plot fan.png --csv fan.csv
    """
    with explained():
        from json import dumps

        from service.assets.offline import replayed
        from service.assets.offline.folder import recordings
        from service.assets.offline.history import steps
        from service.assets.offline.listener import Listener
        from service.assets.offline.machine import Machine, read_asset
        from service.assets.offline.trouble import MachineError

        if (baseline is None) == (described is None):
            raise MachineError("say which machine: --baseline FILE of `brinell asset commission`, or --asset FILE")
        if baseline is not None:
            machine = Machine.read(baseline)
        else:
            assert described is not None
            machine = Machine(asset=read_asset(described), healthy={}, recordings=())
        listener = Listener(machine.asset, machine.healthy, machine.rate_hz if rate_hz is None else rate_hz)
        heard = _heard(listener, recordings(folder, times), "replaying", skip=True)
        found = list(steps(heard, machine.recordings))
        if not found:
            raise MachineError(f"{folder}: none of its recordings could be read")
        if json:
            for row in replayed.rows(found):
                typer.echo(dumps(row))
        else:
            replayed.show(found, every)
            typer.echo(replayed.summary(machine.asset, found))
        if table is not None:
            _write(table, replayed.as_csv(found))
        if plot is not None:
            from service.assets.offline.chart import draw

            draw(replayed.chart(machine, found), plot)
            typer.echo(f"drawn: {plot}", err=True)


@asset.command()
def show(
    identity: Annotated[str, typer.Argument(metavar="ASSET", help="Its id, as the service knows it.")],
    axis: Annotated[str | None, typer.Option(help="This one alone.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", help="Not what is older; UTC.")] = None,
    plot: Plot = None,
    json: Annotated[bool, typer.Option("--json", help="The trend as GET /v1/assets/{id}/trend gives it.")] = False,
) -> None:
    """See how a measuring point of the service went: first seen, growth a week, and a picture.

    Reads the store, also while the service runs; it is found as the service finds it: BRINELL_STORE, BRINELL_STATE.

    Example:  brinell asset show mill-3.fan.de --plot fan.png
    """
    with explained():
        from service.assets.offline import trend

        found = trend.remembered(identity, None if first is None else first.replace(tzinfo=UTC), axis)
        if json:
            typer.echo(found.trend.model_dump_json(indent=2))
        else:
            trend.show(found)
        if plot is not None:
            from service.assets.offline.chart import draw

            draw(trend.chart(found), plot)
            typer.echo(f"drawn: {plot}", err=True)


def _heard(listener: "Listener", dated: "Sequence[Dated]", doing: str, skip: bool = False) -> "Iterator[Heard]":
    """Each with a bar meanwhile; with `skip` what cannot be read is told and left out."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from service.assets.offline.trouble import MachineError

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        for each in bar.track(dated, description=doing):
            try:
                yield listener.hear(each)
            except MachineError as error:
                if not skip:
                    raise
                console.print(f"left out: {error}", style="yellow", markup=False, highlight=False)


def _write(file: Path, text: str) -> None:
    from service.assets.offline.trouble import MachineError

    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineError(f"{file}: {error.strerror or error}; give a file that can be written") from None
