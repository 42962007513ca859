"""`brinell keys`: what is secret, made where it is used."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from data.terminal import explained

keys = typer.Typer(help="Make keys, and take them back.", no_args_is_help=True)


def join(app: typer.Typer) -> None:
    """Adds `brinell keys` to the command line."""
    app.add_typer(keys, name="keys")


@keys.command()
def api(
    name: Annotated[str, typer.Argument(help="Whose it is, for people: press-line-2.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="diagnose (also reads), feedback, or admin (everything); may be repeated.")
    ] = None,
) -> None:
    """Make a key for asking the service, and print it, this once: the store keeps only its sha256.

    The service need not be stopped, and knows the key within seconds. Begin with one for yourself:

      brinell keys api me --scope admin

      brinell keys api press-line-2
    """
    with explained():
        from service.security import key_records, on_site
        from service.security.api_key import LONGEST_NAME, NameRefused, make
        from service.security.scopes import scopes_of
        from service.settings import Settings
        from service.store.identity import wall_us
        from service.store.location import without_password
        from service.store.remembering import keeping, place

        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise NameRefused(f"a name is 1 to {LONGEST_NAME} characters that can be printed, not {ascii(name)[:90]}")
        key, text = make(name, scopes_of(scope or ["diagnose"]))
        rights = ", ".join(sorted(key.scopes))
        with keeping() as database, database.writing() as connection:
            key_records.add(connection, key, wall_us())
            on_site.record(connection, f"keys api {name}: {key.id} may {rights}")
        where = without_password(place(Settings.read()))
        typer.echo(f"Key {key.id} of {name} may {rights}, where the store is {where}. It is shown this once:", err=True)
        typer.echo(text)


@keys.command("list")
def listed() -> None:
    """List the keys: whose, what each may do, and since when.

    Example:  brinell keys list
    """
    with explained():
        from rich.console import Console
        from rich.table import Table

        from service.security import key_records
        from service.store.remembering import keeping

        with keeping() as database, database.reading() as connection:
            records = key_records.everything(connection)
        table = Table("id", "name", "may", "made", "revoked", box=None)
        for record in records:
            revoked = "" if record.revoked_us is None else _day(record.revoked_us)
            rights = ", ".join(sorted(record.key.scopes))
            table.add_row(record.key.id, record.key.name, rights, _day(record.made_us), revoked)
        Console().print(table)


@keys.command()
def revoke(identity: Annotated[str, typer.Argument(metavar="ID", help="As `brinell keys list` shows it.")]) -> None:
    """Take a key back: within seconds it opens nothing.

    Example:  brinell keys revoke 1f3a90bc
    """
    with explained():
        from service.security import key_records, on_site
        from service.security.api_key import NoSuchKey
        from service.store.identity import wall_us
        from service.store.remembering import keeping

        with keeping() as database, database.writing() as connection:
            if not key_records.revoke(connection, identity, wall_us()):
                raise NoSuchKey(f"no key {identity} that is valid; brinell keys list shows them")
            on_site.record(connection, f"keys revoke {identity}")
        typer.echo(f"key {identity} opens nothing any more")


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


def _day(time_us: int) -> str:
    return datetime.fromtimestamp(time_us / 1e6, UTC).strftime("%Y-%m-%d %H:%M UTC")
