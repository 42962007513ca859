"""The store that the service's settings ask for."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from service.alarms.channels import channels
from service.alarms.hearing import Alarms
from service.settings import Settings
from service.store import opening
from service.store.budget import Budget
from service.store.database import Database
from service.store.location import NONE, file_of, postgresql, refuse_absent, writes_a_file
from service.store.nothing import Nothing
from service.store.retention import Retention
from service.store.store import Store
from service.store.trouble import StoreError


def remembering(settings: Settings) -> AbstractContextManager[Store | Nothing]:
    """Open for a block.

    Raises:
        StoreError: on entering, it cannot be opened.
    """
    if settings.store == NONE:
        return nullcontext(Nothing())
    return Store.open(
        place(settings),
        settings.durability,
        Retention(settings.keep_days, settings.keep_mib),
        settings.commit_seconds,
        None if settings.write_budget_mb_a_day is None else Budget(settings.write_budget_mb_a_day),
        Alarms(tuple(channels(settings))).hear,
    )


@contextmanager
def keeping(*, new: bool = True) -> Iterator[Database]:
    """The tables of the store that the environment's settings name, for a command beside the service.

    Args:
        new: an empty one may be made where there is none.

    Raises:
        SettingsError: a setting cannot be.
        StoreError: there is no store, or it cannot be opened.
    """
    settings = Settings.read()
    if settings.store == NONE:
        raise StoreError("BRINELL_STORE is none", "Set it as it is set for the service.")
    if not new and writes_a_file(settings.store):
        refuse_absent(file_of(settings.store, settings.state))
    with opening.opened(place(settings), settings.durability) as (database, _):
        yield database


@contextmanager
def as_it_is(settings: Settings) -> Iterator[Database]:
    """The store that is there, of whatever version: one more row is no reason to migrate it.

    Raises:
        StoreError: there is none, or it cannot be opened.
    """
    url = None if settings.store is None else postgresql(settings.store)
    if url is None:
        file = file_of(settings.store, settings.state)
        refuse_absent(file)
        with opening.as_it_is(file) as database:
            yield database
        return
    database = Database.postgresql(url, settings.durability)
    try:
        yield database
    finally:
        database.close()


def place(settings: Settings) -> str:
    """A path, or a URL of PostgreSQL."""
    if settings.store is not None and postgresql(settings.store) is not None:
        return settings.store
    return str(file_of(settings.store, settings.state))
