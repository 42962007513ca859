"""How every command of Brinell ends when something is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from data.errors import BrinellError


@contextmanager
def explained() -> Iterator[None]:
    """Turns an error that Brinell raises on purpose into one line on standard error and exit status 1."""
    try:
        yield
    except BrinellError as error:
        typer.secho(f"error: {error}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from error
