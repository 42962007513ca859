"""`brinell backup` and `brinell restore`."""

from pathlib import Path
from typing import Annotated

import typer

from data.terminal import explained


def join(app: typer.Typer) -> None:
    """Adds the store's commands to the command line."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to put the copy: one file.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    recordings: Annotated[bool, typer.Option(help="Also the kept signals, in the folder FILE.recordings.")] = True,
) -> None:
    """Copy the store, also while the service runs: all that was stored when it began, and FILE.recordings.

    The store is found as the service finds it: BRINELL_STORE, BRINELL_STATE.

    Example:  brinell backup /media/usb/brinell-2026-11-24.db
    """
    with explained():
        from service.memory import copies
        from service.security import on_site
        from service.settings import Settings
        from service.store import backup as copying

        count = copying.backup(_store_file("pg_dump --format=custom --file=FILE"), file, overwrite=force)
        signals = copies.save(file, Settings.read().recordings_folder) if recordings else 0
        on_site.remember(f"backup {file.absolute()}")
        typer.echo(f"{file}: {count} diagnoses" + (f"; {copies.beside(file)}: {signals} signals" if recordings else ""))


def restore(
    file: Annotated[Path, typer.Argument(help="What brinell backup wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Also where there is a store: it is kept, renamed.")] = False,
) -> None:
    """Put a backup in the place of the store, and its signals in theirs. The service must have stopped.

    Example:  brinell restore --force /media/usb/brinell-2026-11-24.db
    """
    with explained():
        from service.memory import copies
        from service.security import on_site
        from service.settings import Settings
        from service.store import backup as copying

        to = _store_file("pg_restore --clean --if-exists --dbname=URL FILE")
        aside = copying.restore(file, to, force=force)
        typer.echo(f"{to}: restored from {file}")
        folder = Settings.read().recordings_folder
        signals, folder_aside = copies.bring_back(to, file, folder)
        on_site.remember(f"restore {file.absolute()}")
        typer.echo(f"{folder}: {signals} signals")
        typer.echo("keys are as they were then: one that was revoked since opens again (brinell keys list)")
        for kept in (aside, folder_aside):
            if kept is not None:
                typer.echo(f"what was there is kept: {kept}")


def _store_file(instead: str) -> Path:
    """The database file of the settings; `instead` is what does it for PostgreSQL."""
    from service.settings import Settings
    from service.store.location import NONE, file_of, postgresql
    from service.store.trouble import StoreError

    settings = Settings.read()
    if settings.store == NONE:
        raise StoreError("nothing is kept: BRINELL_STORE is none", "Set it as the service has it.")
    if settings.store is not None and postgresql(settings.store) is not None:
        raise StoreError("the store is in PostgreSQL, whose own tools do this", f"Use: {instead}")
    return file_of(settings.store, settings.state)
