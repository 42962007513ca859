"""How every command of Brinell ends when something is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from data.errors import BrinellError

EXTRAS = {"matplotlib": "plot", "httpx2": "fetch", "psutil": "bench", "psycopg": "postgres"} | dict.fromkeys(
    ("onnx", "onnxscript", "safetensors", "sklearn", "tensorboard", "tomli_w", "torch"), "train"
)
"""Which extra brings what the base install goes without."""


@contextmanager
def explained() -> Iterator[None]:
    """One line on standard error and exit status 1 for what Brinell raises on purpose, and for an extra left out."""
    try:
        yield
    except BrinellError as error:
        raise _told(str(error)) from error
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        raise _told(f"this needs {package}: pip install '.[{EXTRAS[package]}]' in Brinell's checkout") from error


def _told(what: str) -> typer.Exit:
    typer.secho(f"error: {what}", fg=typer.colors.RED, err=True)
    return typer.Exit(1)
