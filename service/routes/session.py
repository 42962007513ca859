"""`/v1/session`: a browser signs in with a key, and is known by its cookie from then on."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers

from service.bodies.order import order, order_body
from service.errors import problem, refused
from service.parts import Parts, parts_of
from service.routes.bundles import OF_BODY, refusals
from service.security.api_key import ApiKey
from service.security.guessing import unknown
from service.security.scopes import Scope
from service.security.sessions import Session, cookie
from service.settings import Settings

GUESSED = "This address has sent too many keys that are not known; the header Retry-After says when to come again."


class SignIn(BaseModel):
    """The key to sign in with."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key: Annotated[str, Field(min_length=1, max_length=200, description="As `brinell keys api` printed it.")]


class SessionState(BaseModel):
    """Whether this browser is signed in, and what it may."""

    required: Annotated[bool, Field(description="False where the service asks nobody for a key.")]
    signed_in: bool
    name: Annotated[str | None, Field(description="The key's, in people's words.")] = None
    scopes: list[Scope] = []
    csrf: Annotated[
        str | None, Field(description="To be sent as the header X-CSRF-Token with whatever is no mere reading.")
    ] = None
    seconds_left: int = 0


def router(settings: Settings) -> APIRouter:
    """Sign in, look, sign out."""
    routes = APIRouter(tags=["session"])

    @routes.post(
        "/v1/session",
        summary="Sign a browser in",
        description="The answer sets a cookie that no script can read; it is good for twelve hours, or until its key "
        "is revoked or the service restarts.",
        responses=OF_BODY | refusals({401: "The key is not known.", 429: GUESSED, 503: "The keys cannot be read."}),
        openapi_extra=order_body(SignIn),
    )
    async def sign_in(request: Request, response: Response) -> SessionState:
        given = await order(request, SignIn)
        parts = parts_of(request.app)
        if settings.auth == "none":
            return _nobody_asked()
        key = await parts.keyring.find(given.key)
        if key is None:
            raise unknown(parts, request, problem("key", "this one is not known, or was revoked"))
        parts.sessions.end(request.headers)
        secret, session = parts.sessions.begin(key.id)
        response.headers["Set-Cookie"] = cookie(secret, tls=request.url.scheme == "https")
        return _state(parts, session, key)

    @routes.get(
        "/v1/session",
        summary="Is this browser signed in?",
        responses=refusals({503: "The keys cannot be read."}),
    )
    async def look(request: Request) -> SessionState:
        parts = parts_of(request.app)
        if settings.auth == "none":
            return _nobody_asked()
        session = parts.sessions.find(request.headers)
        key = None if session is None else await parts.keyring.of(session.key_id)
        if session is None or key is None:
            return SessionState(required=True, signed_in=False)
        return _state(parts, session, key)

    @routes.delete(
        "/v1/session",
        status_code=204,
        summary="Sign this browser out",
        responses=refusals({403: "The header X-CSRF-Token is not this session's."}),
    )
    async def sign_out(request: Request) -> Response:
        parts = parts_of(request.app)
        _refuse_unmeant(parts, request.headers)
        parts.sessions.end(request.headers)
        gone = cookie("", tls=request.url.scheme == "https", life_s=0)
        return Response(status_code=204, headers={"Set-Cookie": gone})

    return routes


def _refuse_unmeant(parts: Parts, headers: Headers) -> None:
    session = parts.sessions.find(headers)
    if session is not None and not session.is_meant(headers):
        raise refused(403, "csrf", "the header X-CSRF-Token is not this session's")


def _nobody_asked() -> SessionState:
    return SessionState(required=False, signed_in=True, scopes=list(Scope))


def _state(parts: Parts, session: Session, key: ApiKey) -> SessionState:
    return SessionState(
        required=True,
        signed_in=True,
        name=key.name,
        scopes=sorted(key.scopes),
        csrf=session.csrf,
        seconds_left=parts.sessions.left_s(session),
    )
