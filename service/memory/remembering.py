"""The memory that the service's settings ask for."""

from contextlib import AbstractContextManager, nullcontext

from service.memory.keep import Rules
from service.memory.memory import Limits, Memory
from service.settings import MIB, Settings
from service.store.nothing import Nothing
from service.store.store import Store


def remembering_signals(settings: Settings, store: Store | Nothing) -> AbstractContextManager[Memory | None]:
    """Open for a block; None where no store keeps anything.

    Raises:
        StoreError: on entering, the folder cannot be written.
    """
    if isinstance(store, Nothing):
        return nullcontext(None)
    day_bytes = round(settings.recordings_day_mib * MIB)
    limits = Limits(
        settings.ring,
        settings.ring_mib * MIB,
        settings.recordings_mib * MIB,
        Rules(settings.recordings_below, settings.recordings_minutes, day_bytes),
    )
    return Memory.open(store.database, settings.recordings_folder, settings.durability, limits)
