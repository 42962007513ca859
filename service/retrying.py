"""A request that may come again: the header Idempotency-Key, after the IETF's draft of that name.

The same request with the same key gets the answer that it got before, and stands in the store once. X-Request-ID is no
such key: gateways set it, and not all of them set another one for another request.
"""

import hashlib
import re
from typing import Any

from starlette.requests import Request

from service.bodies import Bytes
from service.errors import refused
from service.security.asker import key_id
from service.store.store import Retried

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}
PATTERN = r"^[A-Za-z0-9._:-]{1,64}$"

PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A word of your own for this very request, 1 to 64 of A-Z a-z 0-9 . _ : -. Sent again with the same "
    "word, the request gets the same answer and is stored once.",
    "schema": {"type": "string", "pattern": PATTERN},
}


def key_of(request: Request) -> str | None:
    """The key, where there is one.

    Raises:
        RequestRefused: 422, it is none that can be kept.
    """
    keys = request.headers.getlist(HEADER)
    if not keys:
        return None
    if len(keys) > 1 or not re.fullmatch(PATTERN, keys[0]):
        raise refused(422, "idempotency_key", f"{', '.join(keys)[:100]!r} is no single key of that form")
    return keys[0]


def retried(request: Request, key: str, body: Bytes) -> Retried:
    """The key with what it stands for, of this client alone; takes time with the length of the body."""
    asked = hashlib.sha256(
        "\n".join(
            (request.method, request.url.path, request.url.query, request.headers.get("content-type", ""), "")
        ).encode()
    )
    asked.update(body)
    return Retried(_of_client(request, key), asked.digest())


def _of_client(request: Request, key: str) -> str:
    """Two clients may choose the same word, and neither is to see the other's answer; as long as a key may be."""
    client = key_id(request)
    return key if client is None else hashlib.sha256(f"{client}:{key}".encode()).hexdigest()
