"""`brinell keys`: what is secret, made where it is used."""

from pathlib import Path
from typing import Annotated

import typer

from data.terminal import explained

keys = typer.Typer(help="Make keys.", no_args_is_help=True)
# A second command would make the first a word of its own; until then this keeps it one.
keys.callback()(lambda: None)


def join(app: typer.Typer) -> None:
    """Adds `brinell keys` to the command line."""
    app.add_typer(keys, name="keys")


@keys.command()
def sign(
    name: Annotated[Path, typer.Argument(help="Where the two files go, without their endings.")],
) -> None:
    """Make a pair of Ed25519 keys that signs bundles: NAME.key, which only you can read, and NAME.pub.

    Who has NAME.key can sign; keep it off the machines that answer. They need NAME.pub (BRINELL_TRUSTED_KEYS).

    Example:  brinell keys sign ~/keys/plant
    """
    with explained():
        from models.signing import make_keys

        private, public = make_keys(name)
        typer.echo(f"{private}: signs; keep it secret\n{public}: give it to whoever is to trust your bundles")
