"""The command line: joins the commands that each package offers."""

from pathlib import Path
from typing import NoReturn

import typer

import data.commands
import service.assets.offline.commands
import service.commands
import service.memory.commands
import service.mqtt.commands
import service.store.commands
import training.commands

app = typer.Typer(
    name="brinell",
    help="Diagnose rolling bearings from vibration with a spiking network.",
    no_args_is_help=True,
    rich_markup_mode="markdown",  # the lines of a docstring's paragraph run on
    pretty_exceptions_show_locals=False,
)
app.add_typer(data.commands.app, name="data")
service.commands.join(app)
service.assets.offline.commands.join(app)
service.mqtt.commands.join(app)
service.memory.commands.join(app)
service.store.commands.join(app)
training.commands.join(app)


def bench(context: typer.Context) -> NoReturn:
    """Measure what Brinell costs beside other ways to do the same; from a checkout only."""
    typer.secho("error: bench works from a checkout of Brinell only: make bench there", fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


if Path(__file__).with_name("benchmarks").is_dir():
    import benchmarks.commands

    benchmarks.commands.join(app)
else:
    whatever_is_given = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command(context_settings=whatever_is_given)(bench)

if __name__ == "__main__":
    app()
