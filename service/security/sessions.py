"""Browser sessions: a cookie stands for a key, so that a page need not keep the key where a script could read it.

They live in the memory of one process and end with it: a browser then signs in again. A session is as good as its key:
what is revoked ends it. Whatever changes something must bring the session's token in a header, which no page of
another site can read (OWASP Cross-Site Request Forgery Prevention, "synchronizer token pattern").
"""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

COOKIE = "brinell_session"
CSRF_HEADER = "X-CSRF-Token"
LIFE_S = 12 * 3600.0
"""A shift and its handing over; then the key is asked for again."""

MOST = 512
MOST_OF_KEY = 16
SECRET_BYTES = 32


@dataclass(frozen=True)
class Session:
    """One browser's.

    Attributes:
        key_id: of the key that it was opened with.
        csrf: what must come in the header `CSRF_HEADER` of whatever is no mere reading.
        ends_s: by the clock of `Sessions`.
    """

    key_id: str
    csrf: str
    ends_s: float

    def is_meant(self, headers: Headers) -> bool:
        """Does the request come from a page that could read this session's token?"""
        return hmac.compare_digest(self.csrf.encode(), headers.get(CSRF_HEADER, "").encode())


class Sessions:
    """Those that are open; lives in the event loop. Over its bounds the oldest ends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[bytes, Session] = OrderedDict()

    def begin(self, key_id: str) -> tuple[str, Session]:
        """A new session of this key, and the secret of its cookie."""
        mine = [digest for digest, session in self._open.items() if session.key_id == key_id]
        for digest in mine[: max(0, len(mine) + 1 - MOST_OF_KEY)]:
            del self._open[digest]
        while len(self._open) >= MOST:
            self._open.popitem(last=False)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        session = Session(key_id, secrets.token_urlsafe(SECRET_BYTES), self._clock() + LIFE_S)
        self._open[_digest(secret)] = session
        return secret, session

    def find(self, headers: Headers) -> Session | None:
        """The session whose cookie the request brings; None where there is none, or it is over."""
        digest = _given(headers)
        session = self._open.get(digest)
        if session is not None and session.ends_s <= self._clock():
            del self._open[digest]
            return None
        return session

    def end(self, headers: Headers) -> None:
        """Ends the session whose cookie the request brings."""
        self._open.pop(_given(headers), None)

    def left_s(self, session: Session) -> int:
        """Whole seconds until it is over."""
        return max(0, int(session.ends_s - self._clock()))


def cookie(secret: str, *, tls: bool, life_s: int = int(LIFE_S)) -> str:
    """The header Set-Cookie; with `life_s` 0 the browser forgets it."""
    kept = f"{COOKIE}={secret}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Strict"
    return f"{kept}; Secure" if tls else kept


def _given(headers: Headers) -> bytes:
    return _digest(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
