"""The export without a running service."""

import os
from datetime import datetime
from pathlib import Path

from data.exported.lines import Counts
from data.exported.reader import Export
from service.memory.export import exported
from service.memory.records import Wanted
from service.memory.snapshot import Snapshot
from service.moment import microseconds
from service.settings import Settings
from service.store.identity import LAST, first_id
from service.store.remembering import keeping
from service.store.trouble import StoreError


def export_to(
    file: Path, *, asset: str | None = None, first: datetime | None = None, to: datetime | None = None,
    key: Path | None = None,
) -> Counts:  # fmt: skip
    """Writes the export of the settings' store; what it holds.

    Args:
        file: a new one; it appears when it is whole.
        asset: one alone.
        first, to: `to` itself is no part of it.
        key: in place of the settings'.

    Raises:
        StoreError: `file` is there or cannot be written, or there is no store or no folder of recordings.
        SigningError: the key cannot be read.
    """
    settings = Settings.read()
    folder = settings.recordings_folder
    if file.exists():
        raise StoreError(f"{file} is there already", "Choose another name.")
    if not folder.is_dir():
        raise StoreError(f"there are no recordings at {folder}", "Set BRINELL_RECORDINGS as the service has it.")
    since = 0 if first is None else first_id(microseconds(first))
    wanted = Wanted(asset, since, LAST if to is None else first_id(microseconds(to)))
    writing = file.with_name(f"{file.name}.writing")
    try:
        with (
            keeping(new=False) as database,
            Snapshot.take(database, wanted, file.parent) as snapshot,
            writing.open("xb") as out,
        ):
            out.writelines(exported(snapshot, folder, key or settings.export_key))
            os.fsync(out.fileno())
        with Export.open(writing) as whole:
            counts = whole.manifest.counts
        writing.rename(file)
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written: {error.strerror}", "Look at the disk, and who may write."
        ) from None
    finally:
        writing.unlink(missing_ok=True)
    return counts
