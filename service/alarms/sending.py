"""The sender that the service's settings ask for."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.alarms.channels import channels
from service.alarms.sender import Sender
from service.settings import Settings
from service.store.nothing import Nothing
from service.store.store import Store


@contextmanager
def sending(settings: Settings, store: Store | Nothing) -> Iterator[Sender | None]:
    """At work for a block; None where nothing is kept."""
    if isinstance(store, Nothing):
        yield None
        return
    sender = Sender(store, channels(settings), 3600 * settings.alarm_hours, settings.keep_days)
    try:
        yield sender
    finally:
        sender.close()
