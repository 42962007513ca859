"""Browser sessions: a cookie in place of a key, which no other site's page can use."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from service.app import create_app
from service.security.api_key import make
from service.security.scopes import Scope
from service.security.sessions import COOKIE, LIFE_S, MOST, MOST_OF_KEY, Sessions, cookie
from service.settings import Settings
from tests.service.keys import key_for


@pytest.fixture
def locked(state: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings())) as started:
        yield started


def signed_in(client: TestClient, *scopes: str) -> str:
    """Signs the client in, and gives the session's token."""
    answer = client.post("/v1/session", json={"key": key_for(*scopes)})
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["csrf"]
    return token


def of(secret: str) -> Headers:
    return Headers({"cookie": f"{COOKIE}={secret}"})


def test_a_cookie_opens_what_its_key_opens(locked: TestClient) -> None:
    assert locked.get("/v1/session").json()["signed_in"] is False
    assert locked.get("/v1/models").status_code == 401
    signed_in(locked, "diagnose")
    state = locked.get("/v1/session").json()
    assert (state["signed_in"], state["name"], state["scopes"]) == (True, "tester", ["diagnose"])
    assert locked.get("/v1/models").status_code == 200


def test_no_script_and_no_other_site_gets_the_cookie(locked: TestClient) -> None:
    said = locked.post("/v1/session", json={"key": key_for("diagnose")}).headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; Path=/; Max-Age={LIFE_S:.0f}; HttpOnly; SameSite=Strict", said)
    assert cookie("s", tls=True).endswith("; Secure")


def test_what_changes_something_needs_the_token_of_the_session(locked: TestClient) -> None:
    token = signed_in(locked, "admin")
    for given in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": token[:-1]}):
        refused = locked.post("/v1/models/reload", headers=given)
        assert refused.status_code == 403
        assert "token" in refused.json()["reason"]
        assert locked.delete("/v1/session", headers=given).status_code == 403
    assert locked.post("/v1/models/reload", headers={"X-CSRF-Token": token}).status_code == 200


def test_a_cookie_gives_no_more_than_its_key(locked: TestClient) -> None:
    token = signed_in(locked, "diagnose")
    assert locked.post("/v1/models/reload", headers={"X-CSRF-Token": token}).status_code == 403


def test_a_key_that_is_sent_counts_before_the_cookie(locked: TestClient) -> None:
    signed_in(locked, "diagnose")
    admin = {"X-API-Key": key_for("admin")}
    assert locked.post("/v1/models/reload", headers=admin).status_code == 200
    assert locked.get("/v1/models", headers={"X-API-Key": "none"}).status_code == 401


def test_who_signs_out_is_out(locked: TestClient) -> None:
    token = signed_in(locked, "diagnose")
    secret = locked.cookies[COOKIE]
    assert locked.delete("/v1/session", headers={"X-CSRF-Token": token}).status_code == 204
    assert COOKIE not in locked.cookies
    assert locked.get("/v1/models", headers={"Cookie": f"{COOKIE}={secret}"}).status_code == 401


def test_signing_in_again_ends_the_session_before(locked: TestClient) -> None:
    signed_in(locked, "diagnose")
    earlier = locked.cookies[COOKIE]
    signed_in(locked, "diagnose")
    locked.cookies.clear()
    assert locked.get("/v1/models", headers={"Cookie": f"{COOKIE}={earlier}"}).status_code == 401


@pytest.mark.parametrize("body", [{}, {"key": ""}, {"key": 7}, {"key": "x" * 201}, {"key": "x", "more": 1}])
def test_what_is_no_sign_in_is_a_422(locked: TestClient, body: object) -> None:
    assert locked.post("/v1/session", json=body).status_code == 422


def test_another_site_cannot_sign_a_browser_in_by_a_form(locked: TestClient) -> None:
    # Without a question beforehand, which is not allowed, a page of another site can send forms and text only.
    assert locked.post("/v1/session", data={"key": key_for("diagnose")}).status_code == 415


def test_a_key_that_is_not_known_signs_nobody_in(locked: TestClient) -> None:
    _, stranger = make("stranger", frozenset({Scope.ADMIN}))
    refused = locked.post("/v1/session", json={"key": stranger})
    assert (refused.status_code, refused.json()["field"]) == (401, "key")
    assert "set-cookie" not in refused.headers


def test_who_guesses_keys_by_signing_in_is_held_up_like_any_other(state: Path) -> None:
    _, guess = make("nobody", frozenset({Scope.DIAGNOSE}))
    with TestClient(create_app(Settings(guesses_per_minute=2))) as client:
        answers = [client.post("/v1/session", json={"key": guess}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 30
        assert client.get("/v1/models").status_code == 429
        assert client.post("/v1/session", json={"key": key_for("diagnose")}).status_code == 200


def test_without_keys_nobody_need_sign_in(client: TestClient) -> None:
    state = client.get("/v1/session").json()
    assert (state["required"], state["signed_in"], state["csrf"]) == (False, True, None)
    assert "set-cookie" not in client.post("/v1/session", json={"key": "any"}).headers


def test_a_session_is_over_after_its_time() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    secret, session = sessions.begin("a")
    assert sessions.find(of(secret)) is session
    now[0] = LIFE_S - 1
    assert sessions.left_s(session) == 1
    now[0] = LIFE_S
    assert sessions.find(of(secret)) is None


def test_over_the_bounds_the_oldest_ends() -> None:
    sessions = Sessions()
    of_one = [sessions.begin("a")[0] for _ in range(MOST_OF_KEY + 1)]
    assert [sessions.find(of(secret)) is None for secret in of_one] == [True] + [False] * MOST_OF_KEY
    for number in range(MOST):
        sessions.begin(str(number))
    assert all(sessions.find(of(secret)) is None for secret in of_one)
    assert sessions.find(Headers()) is None
