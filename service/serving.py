"""Runs the service under uvicorn, and says who can reach it."""

import contextlib
import gc
import logging
import math
import resource
import signal
import socket
import ssl
import sys
from functools import partial
from typing import cast

import uvicorn
from fastapi import FastAPI

from data.terminal import explained
from service import logs
from service.app import create_app
from service.mqtt.running import check
from service.parts import parts_of
from service.security.connection import GuardedConnection
from service.settings import Settings, SettingsError
from service.store.remembering import remembering

logger = logging.getLogger("uvicorn.error")


class Server(uvicorn.Server):
    """Tells the queue that it is to end before it waits for the open connections to."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """What is there now stays to the end: the collector of garbage need not look at it again and again."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes nothing new, and has `grace_s` for what was taken."""
        parts = parts_of(self._app)
        parts.queue.drain(parts.settings.grace_s)
        parts.streams.end()
        await super().shutdown(sockets)


def run(settings: Settings) -> None:
    """Serves until it is told to stop."""
    logs.configure(settings.log_format, settings.log_level)
    raise_open_files()
    with contextlib.ExitStack() as until_the_end:
        with explained():  # what keeps store or bridge from opening is one line, and no traceback of the server
            check_tls(settings)
            check(settings)
            store = until_the_end.enter_context(remembering(settings))
        app = create_app(settings, store)
        connection = partial(GuardedConnection, most_of_a_peer=settings.connections_of_a_peer)
        config = uvicorn.Config(
            app, host=settings.host, port=settings.port, http=cast(type[GuardedConnection], connection),
            ssl_certfile=settings.tls_certificate, ssl_keyfile=settings.tls_key,
            limit_concurrency=settings.connections, server_header=False, proxy_headers=False,
            access_log=False, log_config=None, ws="none",
            # What is still there then is not waiting to be answered, but has not sent its question.
            timeout_graceful_shutdown=math.ceil(settings.grace_s) + 1,
        )  # fmt: skip
        if misspelt := settings.misspelt():
            logger.warning("set, but no settings: %s; brinell serve --show-settings lists those that there are",
                           ", ".join(misspelt))  # fmt: skip
        logger.info(announcement(settings))
        # Uvicorn finishes what it has begun, then raises the signal again: to be told to stop is no failure.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with contextlib.suppress(KeyboardInterrupt):
            Server(config, app).run()


def raise_open_files() -> None:
    """As many as the system lets: under TLS a connection is counted only once its handshake is done."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def check_tls(settings: Settings) -> None:
    """Whether the files of the settings can be used; where none are set there is nothing to find.

    Raises:
        SettingsError: they cannot.
    """
    if settings.tls_certificate is None:
        return
    # A service has no terminal that a key's password could be asked at.
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key, password=lambda: "")
    except OSError as error:
        raise SettingsError(
            f"BRINELL_TLS_CERTIFICATE and BRINELL_TLS_KEY cannot be used: {error};"
            " two PEM files are needed that belong together, the key without a password"
        ) from None


def announcement(settings: Settings) -> str:
    """Where it listens, and for whom."""
    scheme = "http" if settings.tls_certificate is None else "https"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    where = f"{scheme}://{host}:{settings.port}"
    if settings.auth == "keys":
        return f"Brinell listens on {where}, for whoever has a key (brinell keys api makes one). Try {where}/docs"
    return f"Brinell listens on {where}, without keys for this machine only. Try {where}/docs"
