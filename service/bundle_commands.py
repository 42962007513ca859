"""`brinell bundle`: versions of bundles on this machine: list, check, activate, roll back, sign, verify."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.terminal import explained

if TYPE_CHECKING:  # the command line offers this before anything is loaded that costs time
    from service.registry import Registry

bundle = typer.Typer(help="Versions of bundles: which answers, and whose they are.", no_args_is_help=True)

Identity = Annotated[str, typer.Argument(metavar="NAME/VERSION", help="In the folder BRINELL_BUNDLES.")]
Folder = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="The folder of one version.", show_default=False)
]
RELOAD = "A service that runs already takes it up at POST /v1/models/reload."


def join(app: typer.Typer) -> None:
    """Adds `brinell bundle` to the command line."""
    app.add_typer(bundle, name="bundle")


@bundle.command("list")
def listed() -> None:
    """List all versions, which answer, and what is wrong with those that may not.

    Example:  brinell bundle list
    """
    with explained():
        from rich.console import Console
        from rich.table import Table

        registry = _registry()
        table = Table("bundle", "state", "signature", "what is wrong", box=None, title_justify="left")
        for name in registry.names():
            for version in registry.versions(name):
                table.add_row(f"{name}/{version.version}", version.state, version.signature, version.reason)
        Console().print(table)


@bundle.command()
def active(name: Annotated[str, typer.Argument(help="Of the bundle.")]) -> None:
    """Print the folder of the version that a service which starts now would answer with.

    Example:  brinell bundle active order
    """
    with explained():
        from service.registry import NoSuchBundle

        registry = _registry()
        registry.versions(name)
        if name not in registry.bundles:
            raise NoSuchBundle(f"no version of {name} answers; brinell bundle list says why")
        typer.echo(registry.bundles[name].folder)


@bundle.command()
def check(folder: Folder) -> None:
    """Check one version: sha256 of every file, schema, golden vectors of all its graphs on this processor.

    Example:  brinell bundle check models/pretrained/order/1.0.0
    """
    with explained():
        from models.bundle import RECORDED, Bundle, check_golden

        found = Bundle.load(folder)
        graphs = [graph for graph in RECORDED if graph in found.manifest.files]
        for graph in graphs:
            check_golden(found, graph)
        files = len(found.manifest.files)
        typer.echo(f"{found.identity} is whole ({files} files) and right on this processor ({', '.join(graphs)})")


@bundle.command()
def activate(identity: Identity) -> None:
    """Let a version answer in place of the one that does.

    Example:  brinell bundle activate order/1.1.0
    """
    with explained():
        from service.security import on_site

        name, _, version = identity.partition("/")
        _registry().activate(name, version)
        on_site.remember(f"bundle activate {identity}")
        typer.echo(f"{identity} answers. {RELOAD}")


@bundle.command()
def rollback(name: Annotated[str, typer.Argument(help="Of the bundle.")]) -> None:
    """Let the version answer that did before.

    Example:  brinell bundle rollback order
    """
    with explained():
        from service.security import on_site

        answers = _registry().roll_back(name).bundles[name].identity
        on_site.remember(f"bundle rollback {name}: {answers}")
        typer.echo(f"{answers} answers. {RELOAD}")


@bundle.command()
def sign(
    folder: Folder,
    key: Annotated[Path, typer.Option(help="A private key, NAME.key (brinell keys sign).")],
) -> None:
    """Sign one version, in place of an earlier signature; it must be whole.

    Example:  brinell bundle sign models/pretrained/order/1.0.0 --key ~/keys/plant.key
    """
    with explained():
        from models.signing import sign_bundle

        typer.echo(f"signed: {sign_bundle(folder, key)}")


@bundle.command()
def verify(
    folder: Folder,
    trusted: Annotated[
        Path | None, typer.Option(help="A public key or a folder of them; else BRINELL_TRUSTED_KEYS.")
    ] = None,
) -> None:
    """Say whose signature a version bears; status 1 where no trusted key signed it or a file is another.

    Example:  brinell bundle verify models/pretrained/order/1.0.0 --trusted ~/keys/plant.pub
    """
    with explained():
        from models.bundle import Bundle
        from models.signing import SigningError, read_keys, signer
        from service.settings import Settings

        keys = trusted or Settings.read().trusted_keys
        if keys is None:
            raise SigningError("whom to trust? Give --trusted or set BRINELL_TRUSTED_KEYS")
        found = Bundle.load(folder)
        typer.echo(f"{found.identity}: signed by {signer(found, read_keys(keys))}")


def _registry() -> "Registry":
    from service.registry import Registry
    from service.settings import Settings

    settings = Settings.read()
    return Registry.load(settings.bundles, settings.trust)
