"""The OPC UA server, in a thread with an event loop of its own: its clients do not hold up the service's."""

import asyncio
import contextlib
import logging
import threading
from concurrent.futures import Future

from asyncua import Server, ua

from data.errors import BrinellError
from service.opcua.access import OneUser, ReadOnly, policies
from service.opcua.nodes import Nodes
from service.opcua.standing import standings
from service.settings import MIB, Settings
from service.store.store import Store
from service.store.trouble import StoreError

logger = logging.getLogger(__name__)

POLL_S = 1.0
START_S = 60.0
CLOSE_S = 5.0
LONGEST_REQUEST = MIB
"""Bytes; a client that reads all nodes of 1000 assets at once sends less."""

APPLICATION = "urn:brinell"


class OpcuaError(BrinellError):
    """The OPC UA server cannot be."""


class OpcuaServer:
    """Owns the thread; ends with `close`.

    Raises:
        OpcuaError: it does not start.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._started: Future[None] = Future()
        self._troubled = False
        self._thread = threading.Thread(target=self._run, name="opcua", daemon=True)
        self._thread.start()
        try:
            self._started.result(START_S)
        except Exception as error:
            raise OpcuaError(
                f"BRINELL_OPCUA: {settings.opcua} cannot be served: {error or type(error).__name__}"
            ) from None

    def close(self) -> None:
        """Clients are told that it goes."""
        with contextlib.suppress(RuntimeError):  # the loop has ended by itself
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        except BaseException as error:
            if self._started.done():
                logger.exception("the OPC UA server has ended")
            else:
                self._started.set_exception(error)

    async def _serve(self) -> None:
        server = await configured(self._settings)
        nodes = await Nodes.of(server)
        async with server:
            self._started.set_result(None)
            while not self._ended.is_set():
                await self._show(nodes)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ended.wait(), POLL_S)

    async def _show(self, nodes: Nodes) -> None:
        try:
            with self._store.database.reading() as connection:
                found = standings(connection, nodes.shown)
            await nodes.show(found)
            self._troubled = False
        except StoreError as error:
            if not self._troubled:
                logger.warning("OPC UA shows what was known last: %s", error)
            self._troubled = True
            await nodes.show(nodes.shown, doubted=True)
        except Exception:
            logger.exception("OPC UA does not show the newest just now")


async def configured(settings: Settings) -> Server:
    """A server that knows who may connect, and has no nodes of ours yet."""
    assert settings.opcua is not None
    server = Server(user_manager=OneUser(settings.opcua_user, settings.opcua_password))
    await server.init()
    await server.set_application_uri(APPLICATION)
    server.set_server_name("Brinell")
    server.set_endpoint(settings.opcua)
    server.set_security_policy(policies(settings.opcua_security), ReadOnly())
    server.set_identity_tokens([ua.AnonymousIdentityToken if settings.opcua_user is None else ua.UserNameIdentityToken])
    server.limits.max_message_size = LONGEST_REQUEST
    if settings.opcua_certificate is not None and settings.opcua_key is not None:
        await server.load_certificate(settings.opcua_certificate.read_bytes(), "pem")
        await server.load_private_key(settings.opcua_key.read_bytes(), None, "pem")
    return server
