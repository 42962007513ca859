"""A webhook receiver, as a process of its own: checks each signature, writes down what it got, and then misbehaves.

python receiver.py PORT SECRET_FILE LOG [SHARE OF 500] [SHARE OF ANSWERS THAT NEVER COME]
"""

import hashlib
import hmac
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Handler(BaseHTTPRequestHandler):
    secret: bytes
    log: Path
    bad: float
    silent: float
    turn = threading.Lock()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = self.headers["Brinell-Timestamp"].encode() + b"." + body
        right = "v1=" + hmac.new(self.secret, signed, hashlib.sha256).hexdigest()
        chance = random.random()
        status = 403 if right != self.headers["Brinell-Signature"] else 500 if chance < self.bad else 200
        message = json.loads(body)
        with self.turn, self.log.open("a") as log:
            log.write(json.dumps(message | {"status": status, "header": self.headers["Brinell-Event"]}) + "\n")
        if self.bad <= chance < self.bad + self.silent:
            time.sleep(60)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Received:
    """What a receiver has written down."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self.secret = folder / "secret"
        self.log = folder / "received.jsonl"
        self.secret.write_text("a secret of many characters\n")
        self.log.touch()

    @property
    def settings(self) -> dict[str, str]:
        """Of the service that tells it."""
        return {"webhook": f"http://127.0.0.1:{self.port}/alarms?plant=1", "webhook_secret": str(self.secret)}

    @contextmanager
    def listening(self, bad: float = 0, silent: float = 0) -> Iterator[None]:
        """Up for a block; down before and after it."""
        words = [str(self.port), str(self.secret), str(self.log), str(bad), str(silent)]
        process = subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def requests(self) -> list[dict[str, Any]]:
        """One for each that came, also those that were not answered well."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def messages(self, asset: str | None = None) -> list[dict[str, Any]]:
        """Each once, in the order in which it came first."""
        found = {request["id"]: request for request in self.requests()}
        return [message for message in found.values() if asset in (None, message["asset"])]

    def wait_for(self, count: int, seconds: float = 60) -> list[dict[str, Any]]:
        """The messages, once there are so many."""
        until = time.monotonic() + seconds
        while len(self.messages()) < count:
            assert time.monotonic() < until, self.requests()
            time.sleep(0.05)
        return self.messages()


if __name__ == "__main__":
    port, secret, log, bad, silent = sys.argv[1:]
    Handler.secret, Handler.log = Path(secret).read_bytes().strip(), Path(log)
    Handler.bad, Handler.silent = float(bad), float(silent)
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    print("listens", flush=True)
    server.serve_forever()
