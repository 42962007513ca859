"""Opens the store that the settings name, and brings it to this version."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select, text, update

from service.store.database import PATIENCE_S, Database, Durability, set_journal
from service.store.identity import Clock
from service.store.location import SIDE_FILES, held, make_private, postgresql, put_aside, sync_folder
from service.store.migration import migrate
from service.store.tables import Bookkeeping, StoredDiagnosis
from service.store.trouble import StoreDamaged, StoreError

logger = logging.getLogger(__name__)

ENCODING = "UTF8"


@contextmanager
def opened(store: str, durability: Durability) -> Iterator[tuple[Database, Clock]]:
    """The database, ready, and the clock that makes its ids; closed at the end of the block.

    Args:
        store: a path, or a URL of PostgreSQL.

    Raises:
        StoreError: it cannot be opened; the message says what to do.
    """
    url = postgresql(store)
    if url is None:
        with _file(Path(store), durability) as database:
            yield database, _begin(database)
        return
    database = Database.postgresql(url, durability)
    try:
        _check_encoding(database)
        yield database, _begin(database)
    finally:
        database.close()


def _check_encoding(database: Database) -> None:
    """What people write is kept in any language, and a column's length counts characters."""
    with database.reading() as connection:
        encoding, name = connection.execute(text("SELECT current_setting('server_encoding'), current_database()")).one()
    if encoding != ENCODING:
        reason = f"the database {name} is in {encoding}, and the store needs {ENCODING}"
        make_one = f"createdb --encoding {ENCODING} --template template0 NAME"
        raise StoreError(reason, f"Make one ({make_one}), and name it in BRINELL_STORE.")


@contextmanager
def _file(file: Path, durability: Durability) -> Iterator[Database]:
    with held(file, alone=True) as alone:
        if alone:  # else another process uses it, which has seen to this
            _make_sound(file, durability)
    with as_it_is(file) as database:
        yield database


@contextmanager
def as_it_is(file: Path) -> Iterator[Database]:
    """The database file that is there, of whatever version.

    Raises:
        StoreError: another is just being put in its place.
    """
    with _in_use(file):
        database = Database.sqlite(file)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def _in_use(file: Path) -> Iterator[None]:
    patient_until = time.monotonic() + PATIENCE_S
    while True:
        with held(file, alone=False) as mine:
            if mine:
                yield
                return
        if time.monotonic() > patient_until:
            raise StoreError(f"{file} is being restored", "Start the service when brinell restore has ended.")
        time.sleep(0.05)


def _make_sound(file: Path, durability: Durability) -> None:
    """A store that is there, whole and of this version; a damaged file is kept under another name."""
    try:
        _prepare(file, durability)
    except StoreDamaged as error:
        aside = put_aside(file, "damaged")
        logger.error(
            "%s An EMPTY store begins. All of the old one is kept as %s; what can be read of it: sqlite3 %s .recover",
            error, aside, aside,
        )  # fmt: skip
        _prepare(file, durability)


def _prepare(file: Path, durability: Durability) -> None:
    ended_badly = any(_in_use_once(file.with_name(file.name + end)) for end in SIDE_FILES)
    make_private(file)
    set_journal(file, durability)
    database = Database.sqlite(file)
    try:
        with database.writing() as connection:
            migrate(connection)
        if ended_badly:
            _check(database)
    finally:
        database.close()
    sync_folder(file.parent)


def _in_use_once(side_file: Path) -> bool:
    """A process that ended well leaves no log, and a journal that begins with zeros: then the file is whole."""
    if not side_file.exists():
        return False
    with side_file.open("rb") as file:
        return file.read(1) not in (b"", b"\0") or not side_file.name.endswith("-journal")


def _check(database: Database) -> None:
    began = time.monotonic()
    with database.reading() as connection:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    if found != "ok":
        raise StoreDamaged(f"the database file is damaged ({found})", "Restore a backup: brinell restore FILE.")
    logger.info("the store was not closed; it is whole (checked in %.1f s)", time.monotonic() - began)


def _begin(database: Database) -> Clock:
    with database.writing() as connection:
        migrate(connection)
        opening = update(Bookkeeping).values(openings=Bookkeeping.openings + 1).returning(Bookkeeping.openings)
        number = connection.execute(opening).scalar_one()
        newest = connection.execute(select(func.max(StoredDiagnosis.id))).scalar()
    return Clock(number, newest or 0)
