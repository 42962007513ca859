"""An app that listens in this process: what streams cannot be seen through a client that waits for the end."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import uvicorn
from fastapi import FastAPI


@contextmanager
def listening(app: FastAPI) -> Iterator[int]:
    """The port of 127.0.0.1 where it does, for a block."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        serving = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        serving.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield bound.getsockname()[1]
        finally:
            server.should_exit = True
            serving.join(20)
