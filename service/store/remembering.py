"""The store that the service's settings ask for."""

from contextlib import AbstractContextManager, nullcontext

from service.settings import Settings
from service.store.location import NONE, file_of, postgresql
from service.store.nothing import Nothing
from service.store.retention import Retention
from service.store.store import Store


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
    )


def place(settings: Settings) -> str:
    """A path, or a URL of PostgreSQL."""
    if settings.store is not None and postgresql(settings.store) is not None:
        return settings.store
    return str(file_of(settings.store, settings.state))
