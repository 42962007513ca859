"""Stands before every route: no key, no answer."""

import math
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.bodies.incoming import drain
from service.errors import Problem, answer
from service.parts import parts_of
from service.security.api_key import ApiKey
from service.security.asker import KEY_ID
from service.security.guessing import unknown
from service.security.loopback import is_loopback
from service.security.scopes import READING, Auth, needed
from service.security.scopes import Scope as Right
from service.seen import Seen
from service.store.trouble import StoreError

SEND_IT = "Send a key: Authorization: Bearer KEY, or X-API-Key: KEY. `brinell keys api` makes one."
HERE_ONLY = "without keys this service answers its own machine only, and no page of another site"
SET_KEYS = "Set BRINELL_AUTH=keys, and make a key: brinell keys api NAME."
MORE = "Ask with a key that may: brinell keys api NAME --scope SCOPE makes one."
NOT_MEANT = "the cookie of a session came without the session's token"
BRING_TOKEN = "Send the header X-CSRF-Token as GET /v1/session says it; or a key, and no cookie."
WAIT = "Wait as long as Retry-After says; BRINELL_REQUESTS_PER_MINUTE is the limit of a key."


class Guard:
    """Lets in who may ask, by a key or by the cookie of a browser's session; records what administrators did.

    Without keys (`BRINELL_AUTH=none`) it answers this machine only, whatever address the service listens on.
    """

    def __init__(self, app: ASGIApp, auth: Auth) -> None:
        self.app = app
        self.auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        right = needed(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if right is None:
            await self.app(scope, receive, send)
            return
        key: ApiKey | None = None
        if self.auth == "keys":
            key, refusal = await _let_in(scope, right)
        else:
            refusal = None if _from_here(scope) else _refused(scope, 403, HERE_ONLY, what_to_do=SET_KEYS)
        if refusal is not None:
            await drain(Request(scope, receive))
            await refusal(scope, receive, send)
            if right is Right.ADMIN and key is not None:  # strangers would fill the table
                await parts_of(scope["app"]).audit.record_refusal(Request(scope), key, refusal.status_code)
        elif right is Right.ADMIN:
            await self._recorded(key, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _recorded(self, key: ApiKey | None, scope: Scope, receive: Receive, send: Send) -> None:
        seen = Seen(send, absent=500)
        try:
            await self.app(scope, receive, seen.send)
        finally:
            await parts_of(scope["app"]).audit.record(Request(scope), key, seen.status)


async def _let_in(scope: Scope, right: Right) -> tuple[ApiKey | None, Response | None]:
    parts, sent = parts_of(scope["app"]), Headers(scope=scope)
    text = _given(sent)
    # A key that is sent counts before a cookie, which a browser sends whether or not it is meant.
    session = parts.sessions.find(sent) if text is None else None
    try:
        if session is not None:
            key = await parts.keyring.of(session.key_id)
        else:
            key = None if text is None else await parts.keyring.find(text)
    except StoreError as error:
        return None, _refused(scope, 503, f"keys cannot be read: {error.reason}", what_to_do=error.what_to_do)
    if key is None:
        return None, _unknown(scope, is_given=bool(text) or session is not None)
    # What a key may not do counts too: each such request is work, and may be one for the store.
    wait_s = parts.allowance.take(key.id)
    if wait_s:
        told = {"Retry-After": str(math.ceil(wait_s))}
        return key, _refused(scope, 429, f"key {key.id} asks too often", what_to_do=WAIT, headers=told)
    if session is not None and scope["method"] not in READING and not session.is_meant(sent):
        return key, _refused(scope, 403, NOT_MEANT, what_to_do=BRING_TOKEN)
    if not key.may(right):
        rights = ", ".join(sorted(key.scopes))
        return key, _refused(scope, 403, f"key {key.id} may {rights}; this needs {right}", what_to_do=MORE)
    scope.setdefault("state", {})[KEY_ID] = key.id
    return key, None


def _unknown(scope: Scope, *, is_given: bool) -> Response:
    reason = "this one is not known, or was revoked" if is_given else "there is none"
    request = Request(scope)
    refusal = unknown(parts_of(scope["app"]), request, Problem(field="key", reason=reason, what_to_do=SEND_IT))
    return answer(request, refusal.status, refusal.problems, refusal.headers)


def _given(headers: Headers) -> str | None:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    return headers.get("x-api-key")


def _from_here(scope: Scope) -> bool:
    """From this machine, and not from a page of somebody else's that a browser on it shows."""
    client, headers = scope.get("client"), Headers(scope=scope)
    # None is a socket of the file system, and Starlette's test client has a name.
    here = client is None or client[0] == "testclient" or is_loopback(client[0])
    asked_for = [*(f"//{host}" for host in headers.getlist("host")), *headers.getlist("origin")]
    return here and all(_names_this_machine(address) for address in asked_for)


def _names_this_machine(address: str) -> bool:
    """A page of another site names itself as the origin, or, where its name was bent to this machine, as the host."""
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return name == "testserver" or is_loopback(name)


def _refused(
    scope: Scope, status: int, reason: str, *, what_to_do: str, headers: dict[str, str] | None = None
) -> Response:
    problem = Problem(field="key", reason=reason, what_to_do=what_to_do)
    return answer(Request(scope), status, [problem], headers)
