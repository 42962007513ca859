"""`brinell recordings`: what the service kept, without the service."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from data.terminal import explained

recordings = typer.Typer(help="What the service kept of signals and findings.", no_args_is_help=True)


def join(app: typer.Typer) -> None:
    """Adds `brinell recordings` to the command line."""
    app.add_typer(recordings, name="recordings")


def _since(text: str) -> datetime:
    from service.moment import Since

    return _moment(Since, text)


def _until(text: str) -> datetime:
    from service.moment import Until

    return _moment(Until, text)


def _moment(kind: Any, text: str) -> datetime:
    """As `from` and `to` of the service are meant."""
    from pydantic import TypeAdapter, ValidationError

    from service.moment import IN_A_QUERY

    try:
        return TypeAdapter[datetime](kind).validate_python(text)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise typer.BadParameter(reason.replace(IN_A_QUERY, "")) from None


@recordings.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to put it, .zip; it must not be there yet.")],
    first: Annotated[
        datetime | None,
        typer.Option("--from", parser=_since, metavar="DAY", help="Recordings from this day (UTC) or moment on."),
    ] = None,
    to: Annotated[
        datetime | None,
        typer.Option(
            parser=_until, metavar="DAY", help="Recordings up to the end of this day (UTC), or to this moment."
        ),
    ] = None,
    asset: Annotated[str | None, typer.Option(help="Of this measuring point alone.")] = None,
    key: Annotated[Path | None, typer.Option(help="Private key that signs it; else BRINELL_EXPORT_KEY.")] = None,
) -> None:
    """Write what was kept and found into a zip file for retraining, also while the service runs.

    The store and the recordings are found as the service finds them: BRINELL_STORE, BRINELL_STATE, BRINELL_RECORDINGS.

    Example:  brinell recordings export /media/usb/plant-2026-11.zip --from 2026-11-01
    """
    with explained():
        from service.memory.offline import export_to
        from service.security import on_site

        counts = export_to(file, asset=asset, first=first, to=to, key=key)
        on_site.remember(f"recordings export {file.absolute()}")
        said = f"{counts.recordings} recordings, {counts.feedback} findings, {counts.assets} measuring points"
        left_out = counts.deleted + counts.damaged
        typer.echo(f"{file}: {said}" + (f"; {left_out} recordings could not be read" if left_out else ""))


@recordings.command()
def schema() -> None:
    """Print the JSON schema of an export's manifest and lines.

    Example:  brinell recordings schema > export.schema.json
    """
    import json

    from data.exported.lines import json_schema

    typer.echo(json.dumps(json_schema(), indent=1))
