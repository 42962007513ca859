"""A message by HTTP: POSTed as JSON to the one address that is set, signed so that the receiver knows whose it is.

`http.client` and no library: it sends one POST, follows no redirect, reads no proxy variable, and needs no package
more on a gateway.
"""

import hashlib
import hmac
import http.client
import ssl
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from service.alarms.channel import NotDelivered
from service.alarms.connection import connected
from service.alarms.outbox import Letter

TIMESTAMP, SIGNATURE, EVENT = "Brinell-Timestamp", "Brinell-Signature", "Brinell-Event"


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """What the header `Brinell-Signature` holds: HMAC-SHA256 (RFC 2104) over the timestamp, a full stop, and the body.

    >>> signature(b"a secret of many characters", "1700000000", b"{}")[:12]
    'v1=bcb5f001b'
    """
    return "v1=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Webhook:
    """One receiver.

    Args:
        url: `http://` or `https://`; the certificate is checked against the system's authorities (SSL_CERT_FILE).
        secret: file with the secret; read each time, so that it can be changed while the service runs.
    """

    def __init__(self, url: str, secret: Path) -> None:
        self._url = urlsplit(url)
        self._secret = secret
        self._tls = ssl.create_default_context() if self._url.scheme == "https" else None

    def deliver(self, letter: Letter) -> None:
        """Sends it once.

        Raises:
            NotDelivered: no answer, or another than 2xx.
        """
        try:
            status = self._post(letter.body, self._headers(letter))
        except (OSError, http.client.HTTPException) as error:
            raise NotDelivered(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__) from None
        if not 200 <= status < 300:
            raise NotDelivered(f"answered {status}", reached=True)

    def _headers(self, letter: Letter) -> dict[str, str]:
        timestamp = str(int(time.time()))
        return {
            "Content-Type": "application/json",
            "User-Agent": "brinell",
            TIMESTAMP: timestamp,
            SIGNATURE: signature(self._secret.read_bytes().strip(), timestamp, letter.body),
            EVENT: letter.message.id,
        }

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        host, kind = self._url.hostname or "", http.client.HTTPSConnection if self._tls else http.client.HTTPConnection
        port = self._url.port or kind.default_port
        with closing(kind(host, port)) as connection, connected(host, port) as line:
            connection.sock = self._tls.wrap_socket(line, server_hostname=host) if self._tls else line
            connection.request("POST", self._target(), body, headers)
            return connection.getresponse().status

    def _target(self) -> str:
        query = f"?{self._url.query}" if self._url.query else ""
        return (self._url.path or "/") + query
