"""`brinell mqtt try` and `brinell mqtt rejected`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.terminal import explained

if TYPE_CHECKING:
    from service.mqtt.mapping import MessageMapping
    from service.mqtt.reading import Read


def join(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    mqtt = typer.Typer(help="Sensors that speak MQTT.", no_args_is_help=True)
    mqtt.command("try")(try_mapping)
    mqtt.command()(rejected)
    app.add_typer(mqtt, name="mqtt")


def try_mapping(
    mapping: Annotated[Path, typer.Argument(help="The mapping file (docs/mqtt.md).")],
    message: Annotated[list[Path], typer.Argument(help="A message's payload; of one in chunks, all of them.")],
    topic: Annotated[
        str | None, typer.Option(help="What it was sent to; else the first source's, with its names as they are.")
    ] = None,
) -> None:
    """Show what a mapping reads in a message, without a broker and without the service.

    Example:

      mosquitto_sub -t plant/mill-3/x -C 1 -N > message

      brinell mqtt try mapping.toml message --topic plant/mill-3/x
    """
    with explained():
        from rich.console import Console

        from service.mqtt.mapping import read_mapping

        known = read_mapping(mapping)
        where = known.sources[0].topic.text.translate(dict.fromkeys(map(ord, "{}+#"))) if topic is None else topic
        payloads = [_payload(path) for path in message]
        console = Console()
        for got in _read(known, where, payloads):
            console.print(_table(got))


def rejected() -> None:
    """List the latest messages that could not be read, and why; the service must have stopped.

    Example:  brinell mqtt rejected
    """
    with explained():
        from service.mqtt.running import spool_file
        from service.mqtt.spool import Spool
        from service.settings import Settings

        with Spool.open(spool_file(Settings.read())) as spool:
            for topic, reason, payload in spool.rejections():
                typer.echo(f"{topic}: {reason}: {len(payload or b'')} bytes, {(payload or b'')[:60]!r}")


def _payload(path: Path) -> bytes:
    from service.mqtt.value import Unreadable

    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None


def _read(mapping: "MessageMapping", topic: str, payloads: list[bytes]) -> "list[Read]":
    """What each source that listens to the topic reads, in the way of the service."""
    from service.mqtt.piece import pieces
    from service.mqtt.reading import read
    from service.mqtt.value import Unreadable

    found = []
    for source in mapping.sources:
        chunks = [
            piece
            for payload in payloads
            for piece in pieces(mapping, topic, payload)
            if piece.source in (source.identity, "")
        ]
        for piece in chunks:
            if piece.reason is not None:
                raise Unreadable(piece.reason)
        if not chunks:
            continue
        here, wanted = {piece.part for piece in chunks}, chunks[0].parts
        if len(here) != wanted or len({piece.recording for piece in chunks}) != 1:
            raise Unreadable(f"chunks: {len(here)} of {wanted} are here; give all of one recording")
        ordered = sorted(chunks, key=lambda piece: piece.part)
        found.append(read(mapping, source, topic, [piece.payload for piece in ordered]))
    return found


def _table(got: "Read") -> object:
    import numpy as np
    from rich.table import Table

    samples, rate_hz = got.signal.samples, got.signal.rate_hz or float("nan")
    shown = samples * np.float32(got.scale or 1)
    table = Table("what", "read", title=f"{got.asset}/{got.axis}", title_justify="left")
    rows = {
        "asset": got.asset,
        "axis": got.axis,
        "samples": f"{samples.size}",
        "rate": f"{rate_hz:g} Hz",
        "duration": f"{samples.size / rate_hz:.4g} s",
        "unit": f"{got.signal.unit or 'not said: g'}",
        "scale": "none" if got.scale is None else f"{got.scale:g}",
        "smallest, largest": f"{shown.min():.6g}, {shown.max():.6g}" if shown.size else "none",
        "first": ", ".join(f"{value:.6g}" for value in shown[:4]),
        "speed": "not known" if got.speed_rpm is None else f"{got.speed_rpm:g} rpm",
        "bearing": got.facts.bearing or "not known",
        "message id": got.message_id,
        "recorded": "not said" if got.recorded is None else got.recorded.isoformat(),
        "answer goes to": got.result,
    }
    for what, value in rows.items():
        table.add_row(what, value)
    return table
