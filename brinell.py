"""The command line: joins the commands that each package offers."""

import typer

import data.commands
import service.commands
import training.commands

app = typer.Typer(
    name="brinell",
    help="Diagnose rolling bearings from vibration with a spiking network.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(data.commands.app, name="data")
service.commands.join(app)
training.commands.join(app)

if __name__ == "__main__":
    app()
