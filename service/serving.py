"""Runs the service under uvicorn, and says who can reach it."""

import contextlib
import ipaddress
import logging
import signal
import sys

import uvicorn

from data.terminal import explained
from service.app import create_app
from service.settings import Settings
from service.store.remembering import remembering

logger = logging.getLogger("uvicorn.error")


def run(settings: Settings) -> None:
    """Serves until it is told to stop."""
    with explained(), remembering(settings):
        pass  # what keeps the store from opening is said in one line, and not after a traceback of the server
    config = uvicorn.Config(create_app(settings), host=settings.host, port=settings.port, server_header=False)
    logger.info(announcement(settings))
    # Uvicorn finishes what it has begun, then raises the signal again: to be told to stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()


def announcement(settings: Settings) -> str:
    """Where it listens, and for whom."""
    where = f"http://{settings.host}:{settings.port}"
    if is_loopback(settings.host):
        return f"Brinell listens on {where}: this machine only, without keys. Try {where}/docs"
    return f"Brinell listens on {where} WITHOUT KEYS: whoever reaches this address can ask. Put a gateway in front."


def is_loopback(host: str) -> bool:
    """Can only this machine reach the address?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
