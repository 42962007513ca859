"""The bridge as part of the service; nothing of it is imported where it is not set."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from service.parts import Parts
from service.settings import Settings


@asynccontextmanager
async def bridged(parts: Parts) -> AsyncIterator[None]:
    """Listens to the broker while the block runs, where one is set."""
    if parts.mqtt is None:
        yield
        return
    from service.mqtt.bridge import Bridge
    from service.mqtt.mapping import read_mapping
    from service.mqtt.spool import Spool

    mapping = read_mapping(_mapping(parts.settings))
    parts.mqtt.install(parts.metrics)
    with Spool.open(spool_file(parts.settings)) as spool:
        bridge = asyncio.create_task(Bridge(parts, mapping, spool, parts.mqtt).run())
        try:
            yield
        finally:
            bridge.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await bridge


def check(settings: Settings) -> None:
    """Says at once what would keep the bridge from starting.

    Raises:
        MappingError, SpoolError, StoreError: it could not start.
    """
    if settings.mqtt is not None:
        from service.mqtt.mapping import read_mapping
        from service.mqtt.spool import Spool

        read_mapping(_mapping(settings))
        with Spool.open(spool_file(settings)):
            pass


def spool_file(settings: Settings) -> Path:
    """Where it is set, else beside the store."""
    return settings.mqtt_spool or settings.state / "mqtt.db"


def _mapping(settings: Settings) -> Path:
    assert settings.mqtt_mapping is not None  # the settings are refused without it
    return settings.mqtt_mapping
