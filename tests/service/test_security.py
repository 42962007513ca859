"""Who gets in, and what is left of a visit: with real keys, in a real store."""

import asyncio
import hashlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.testclient import TestClient

from service.app import create_app
from service.parts import parts_of
from service.security import key_records
from service.security import keyring as keyring_module
from service.security.api_key import parts
from service.security.on_site import COMMAND
from service.security.scopes import Scope as Right
from service.security.scopes import needed
from service.settings import Settings, SettingsError
from service.store.tables import AuditEntry
from tests.service.keys import bearer, id_of, key_for
from tests.service.process import brinell


@pytest.fixture
def locked(state: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(requests_per_minute=5))) as started:
        yield started


def over_http(client: TestClient) -> list[Any]:
    """What was changed by it, or was to be: the commands that made the keys left rows of their own."""
    store = parts_of(client.app).store  # type: ignore[arg-type]
    wanted = select(AuditEntry.__table__).where(AuditEntry.method != COMMAND)
    return list(asyncio.run(store.read(lambda connection: connection.execute(wanted).all())))


def test_without_a_key_only_health_and_description_answer(locked: TestClient) -> None:
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json", "/v2/health/live"):
        assert locked.get(path).status_code == 200
    for path in ("/v1/models", "/v1/diagnoses", "/metrics", "/nowhere"):
        refusal = locked.get(path)
        assert refusal.status_code == 401
        assert refusal.headers["WWW-Authenticate"] == "Bearer"
        assert refusal.json()["field"] == "key"
    assert locked.post("/v1/diagnose?rate_hz=12000", content=bytes(4096)).status_code == 401


def test_a_key_opens_what_its_scope_says_and_no_more(locked: TestClient) -> None:
    key = key_for("diagnose")
    assert locked.get("/v1/models", headers=bearer(key)).status_code == 200
    assert locked.get("/v1/models", headers={"X-API-Key": key}).status_code == 200
    refusal = locked.post("/v2/repository/models/order/unload", headers=bearer(key))
    assert refusal.status_code == 403
    assert "admin" in refusal.json()["error"]


@pytest.mark.parametrize("spoilt", ["", "x", "brinell_00000000_" + "A" * 43, "Bearer"])
def test_another_key_opens_nothing(locked: TestClient, spoilt: str) -> None:
    key = key_for("diagnose")
    wrong = key[:-1] + ("A" if key[-1] != "A" else "B")
    for given in (spoilt, wrong):
        assert locked.get("/v1/models", headers=bearer(given)).status_code == 401


def test_a_revoked_key_opens_nothing(locked: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_module, "FRESH_S", 0.0)
    key = key_for("diagnose")
    assert locked.get("/v1/models", headers=bearer(key)).status_code == 200
    brinell("keys", "revoke", id_of(key))
    # Nobody asked meanwhile: not even the first request gets in.
    assert locked.get("/v1/models", headers=bearer(key)).status_code == 401
    assert "revoked" in brinell("keys", "list")
    assert "\n" not in brinell("keys", "revoke", id_of(key), code=1)


def test_who_guesses_keys_is_held_up_and_who_has_one_is_not(state: Path) -> None:
    key = key_for("diagnose")
    with TestClient(create_app(Settings(guesses_per_minute=3))) as client:
        guess = bearer("brinell_00000000_" + "A" * 43)
        statuses = [client.get("/v1/models", headers=given).status_code for given in (guess, {}, guess, guess, {})]
        assert statuses == [401, 401, 401, 429, 429]
        assert 1 <= int(client.get("/v1/models", headers=guess).headers["Retry-After"]) <= 20
        assert client.get("/v1/models", headers=bearer(key)).status_code == 200


def test_two_keys_with_the_same_idempotency_key_do_not_see_each_others_answers(state: Path) -> None:
    mine, other = key_for("diagnose"), key_for("diagnose")
    body = np.random.default_rng(0).standard_normal(12_000, dtype=np.float32).tobytes()
    with TestClient(create_app(Settings())) as client:

        def ask(key: str) -> httpx2.Response:
            headers = bearer(key) | {"Idempotency-Key": "batch-1"}
            return client.post("/v1/diagnose?rate_hz=12000", content=body, headers=headers)

        first, others, again = ask(mine), ask(other), ask(mine)
        assert first.json()["id"] == again.json()["id"] != others.json()["id"]
        assert "Idempotency-Replayed" not in others.headers
        assert again.headers["Idempotency-Replayed"] == "true"


def test_the_store_holds_no_key(locked: TestClient, state: Path) -> None:
    key = key_for("admin")
    assert locked.get("/v1/models", headers=bearer(key)).status_code == 200
    (_, secret) = parts(key) or ("", "")
    kept = b"".join(file.read_bytes() for file in state.iterdir() if file.is_file())
    assert secret.encode() not in kept
    assert hashlib.sha256(secret.encode()).digest() in kept


def test_what_administrators_do_is_recorded(locked: TestClient) -> None:
    key = key_for("admin")
    locked.post("/v2/repository/models/nothing/unload", headers={**bearer(key), "X-Request-ID": "shift-3"})
    (entry,) = over_http(locked)
    assert (entry.key_id, entry.method, entry.request_id) == (id_of(key), "POST", "shift-3")
    assert entry.path == "/v2/repository/models/nothing/unload"
    assert entry.status >= 400


def test_what_administrators_are_refused_is_recorded_too(locked: TestClient) -> None:
    key = key_for("diagnose")
    assert locked.post("/v1/models/reload", headers=bearer(key)).status_code == 403
    (entry,) = over_http(locked)
    assert (entry.path, entry.status) == ("/v1/models/reload", 403)


def test_an_administrators_session_without_its_token_is_recorded_too(locked: TestClient) -> None:
    key = key_for("admin")
    assert locked.post("/v1/session", json={"key": key}).status_code == 200
    assert locked.post("/v1/models/reload").status_code == 403
    (entry,) = over_http(locked)
    assert (entry.key_id, entry.path, entry.status) == (id_of(key), "/v1/models/reload", 403)


def test_a_key_that_may_not_change_anything_cannot_fill_the_record_of_changes(locked: TestClient) -> None:
    headers = bearer(key_for("diagnose"))
    statuses = [locked.post("/v1/models/reload", headers=headers).status_code for _ in range(8)]
    assert statuses == [403] * 5 + [429] * 3
    assert [entry.status for entry in over_http(locked)] == [403]


def test_a_password_is_not_shown() -> None:
    shown = "\n".join(Settings(store="postgresql://plant:secret@db/brinell").shown())
    assert "secret" not in shown
    assert "plant:***@db" in shown


def test_nobody_may_change_anything_without_being_an_administrator() -> None:
    # Who signs in has nothing yet; a session gives no more than its key.
    asking = re.compile(
        r"/v1/(session|diagnose|diagnose/batch|diagnose/explain|feedback|assets/\{id\}/(diagnose|explain|acknowledge|snooze))"
        r"|/v2/models/.*/infer|/v2/repository/index"
    )
    app = create_app(Settings())
    for route in (route for route in app.routes if isinstance(route, APIRoute)):
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}:
            wanted = needed(method, route.path)
            assert (wanted is Right.ADMIN) is not bool(asking.fullmatch(route.path)), route.path


def test_without_keys_only_this_machine_is_answered() -> None:
    app = create_app(Settings(auth="none"))
    with TestClient(app, client=("10.1.1.4", 5000)) as stranger:
        assert stranger.get("/healthz").status_code == 200
        assert stranger.get("/v1/models").status_code == 403
    with TestClient(app, client=("127.0.0.1", 5000)) as local:
        assert local.get("/v1/models").status_code == 200
        for origin, status in (("https://elsewhere.example", 403), ("null", 403), ("http://127.0.0.1:8000", 200)):
            assert local.post("/v1/models/reload", headers={"Origin": origin}).status_code == status
        for host, status in (("evil.example:8000", 403), ("[", 403), ("localhost:8000", 200), ("[::1]:8000", 200)):
            assert local.get("/v1/diagnoses", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"auth": "none", "host": "0.0.0.0"}, "BRINELL_AUTH"),
        ({"auth": "keys", "store": "none"}, "BRINELL_STORE"),
        ({"tls_key": Path(__file__)}, "BRINELL_TLS_CERTIFICATE"),
    ],
)
def test_settings_that_would_leave_a_door_open_are_refused(given: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.read(**given)


def test_browsers_are_told_to_do_nothing_with_an_answer(client: TestClient) -> None:
    headers = client.get("/healthz").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in client.get("/healthz", headers={"Origin": "http://evil"}).headers
    assert "script-src 'self'" in client.get("/docs").headers["Content-Security-Policy"]


def test_keys_are_read_while_every_other_reader_is_busy(locked: TestClient) -> None:
    key = key_for("diagnose")
    store, busy = parts_of(locked.app).store, threading.Event()  # type: ignore[arg-type]

    async def ask() -> object:
        long = [asyncio.create_task(store.read(lambda _: busy.wait(20))) for _ in range(4)]
        await asyncio.sleep(0.1)
        try:
            return await asyncio.wait_for(store.read_apart(key_records.valid), 5)
        finally:
            busy.set()
            await asyncio.gather(*long)

    assert list(asyncio.run(ask())) == [id_of(key)]  # type: ignore[call-overload]
