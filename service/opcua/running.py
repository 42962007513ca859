"""The OPC UA server as part of the service; nothing of it is imported where it is not set."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.settings import Settings, SettingsError
from service.store.nothing import Nothing
from service.store.store import Store


@contextmanager
def shown_over_opcua(settings: Settings, store: Store | Nothing) -> Iterator[None]:
    """Shows the assets while the block runs, where an endpoint is set.

    Raises:
        SettingsError: the extra is not installed.
        OpcuaError: it cannot be served.
    """
    if settings.opcua is None or isinstance(store, Nothing):
        yield
        return
    try:
        from service.opcua.server import OpcuaServer
    except ModuleNotFoundError as error:
        raise SettingsError(f"BRINELL_OPCUA needs {error.name}: pip install 'brinell[opcua]'") from None
    server = OpcuaServer(settings, store)
    try:
        yield
    finally:
        server.close()
