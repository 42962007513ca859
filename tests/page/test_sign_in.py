"""Signing a browser in and out, with a real key in a real store."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from service.settings import Settings
from tests.page.chromium import DESKTOP, PHONE, SETTLED_MS, TABLET, Visit, violations
from tests.page.conftest import visits
from tests.page.plant import FAN, POINTS, Plant
from tests.page.test_screens import unfold
from tests.service.process import brinell
from tests.service.running import Running, running
from tests.service.versions import another, bolder

ADMINISTRATORS = ("Activate", "Roll", "Put", "Check", "Undo", "Register")
"""How buttons begin that only they may press."""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("locked")


@pytest.fixture(scope="module")
def locked(state: Path) -> Iterator[Running]:
    bundles = Path(shutil.copytree(Settings().bundles, state / "bundles"))
    another(bundles, "order", "1.1.0", bolder)
    with running(auth="keys", state=state, bundles=bundles) as started:
        yield started


def test_a_key_signs_in_until_it_is_signed_out(browser: Browser, locked: Running, state: Path) -> None:
    key = brinell("keys", "api", "press line 2", state=state)
    tab = Visit(browser, locked.url)
    page = tab.open()
    for width, height in (TABLET, PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.wait_for_timeout(SETTLED_MS)
            assert violations(page) == []
    expect(page.locator("#key")).to_be_focused()
    page.fill("#key", key[:-1] + ("A" if key[-1] != "A" else "B"))
    page.press("#key", "Enter")
    expect(page.locator("#sign-in-refusal")).to_contain_text("not known")
    page.fill("#key", key)
    page.press("#key", "Enter")
    expect(page.locator("#who")).to_have_text("Signed in as press line 2")
    tab.diagnose_demo()
    assert page.evaluate("document.cookie") == ""
    assert key not in str(page.evaluate("[{...localStorage}, {...sessionStorage}]"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#sign-in")).to_be_visible()
    assert tab.errors == []
    page.close()


def test_a_revoked_key_ends_its_sessions(browser: Browser, locked: Running, state: Path) -> None:
    key = brinell("keys", "api", "lost", state=state)
    tab = Visit(browser, locked.url)
    page = tab.open()
    page.fill("#key", key)
    page.press("#key", "Enter")
    expect(page.locator("#ask")).to_be_visible()
    brinell("keys", "revoke", key.split("_")[1], state=state)
    page.wait_for_selector("#demo option[value=sound]", state="attached")
    page.select_option("#demo", "sound")
    # Within 5 s, as docs/security.md says; each question may still be the last that is answered.
    for _ in range(20):
        page.wait_for_timeout(500)
        if page.locator("#sign-in").is_visible():
            break
        page.click("#go")
    expect(page.locator("#sign-in")).to_be_visible()
    page.close()


def test_a_key_that_may_look_at_nothing_is_told_so(browser: Browser, locked: Running, state: Path) -> None:
    key = brinell("keys", "api", "tablet at the press", "--scope", "feedback", state=state)
    with visits(browser, locked.url) as begin:
        page = begin().open()
        page.fill("#key", key)
        page.press("#key", "Enter")
        expect(page.locator("main:not([hidden])")).to_contain_text("with one that has the scope diagnose")
        for hidden in ("#nav", "#live", "#ask"):
            expect(page.locator(hidden)).to_be_hidden()
        assert violations(page) == []
        refusal = {"field": "key", "reason": "it asks too often", "what_to_do": "Wait."}
        page.route("**/v1/session", lambda route: route.fulfill(status=429, json=refusal))
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("#who")).to_have_text("Still signed in: it asks too often")
        page.unroute("**/v1/session")
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("#sign-in")).to_be_visible()


@pytest.fixture(scope="module")
def administered(locked: Running, state: Path) -> Iterator[httpx2.Client]:
    """What an administrator may, by key; a fan is commissioned, and a recording of it raised."""
    key = brinell("keys", "api", "works engineer", "--scope", "admin", state=state)
    with httpx2.Client(base_url=locked.url, timeout=60, headers={"X-API-Key": key}) as client:
        plant = Plant(client)
        plant.add(FAN, *POINTS[FAN])
        plant.commission(FAN, count=2)
        plant.ask(FAN, 100, 0.0)
        yield client


@contextmanager
def signed_in(browser: Browser, locked: Running, key: str) -> Iterator[Visit]:
    with visits(browser, locked.url) as begin:
        visit = begin()
        page = visit.open()
        page.fill("#key", key)
        page.press("#key", "Enter")
        expect(page.locator("#ask")).to_be_visible()
        yield visit


def test_a_technician_is_shown_no_button_that_would_be_refused(
    browser: Browser, locked: Running, state: Path, administered: httpx2.Client
) -> None:
    key = brinell("keys", "api", "technician", "--scope", "diagnose", "--scope", "feedback", state=state)
    with signed_in(browser, locked, key) as visit:
        page, refused = visit.page, []
        page.evaluate("localStorage.setItem('brinell-name', 'who was here before')")
        page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
        pressed = set()
        for where in ("assets", f"assets/{FAN}", "models", "system"):
            visit.open_at(where)
            unfold(page)
            for name in buttons(page):
                page.get_by_role("button", name=name, exact=True).click()
                expect(page.locator("main:not([hidden]) [aria-busy=true]")).to_have_count(0)
                expect(page.locator("main:not([hidden]) .refusal:not(:empty)")).to_have_count(0)
                pressed.add(name)
        assert {"I have seen it", "Snooze", "Opened: inner race damaged"} <= pressed
        assert not {name for name in pressed if name.startswith(ADMINISTRATORS)}
        assert refused == []
        expect(page.locator("#who")).to_have_text("Signed in as technician")
        visit.open_at("models")
        expect(page.locator("#models")).to_contain_text("need one with the scope admin")
        visit.open_at("assets")
        expect(page.locator("#assets")).to_contain_text(
            "Registering a measuring point needs a key with the scope admin"
        )
    assert {each["by"] for each in administered.get("/v1/feedback").json()["feedback"]} == {"technician"}


def buttons(page: Page) -> list[str]:
    """Names of all that can be pressed on this page, but what saves a picture."""
    found = page.locator("main:not([hidden]) button:enabled:visible").all()
    names = [each.get_attribute("aria-label") or each.inner_text() for each in found]
    return [name for name in names if not name.startswith("Save as PNG")]


def test_an_administrator_is_shown_what_a_technician_is_not(
    browser: Browser, locked: Running, state: Path, administered: httpx2.Client
) -> None:
    with signed_in(browser, locked, administered.headers["X-API-Key"]) as visit:
        page = visit.open_at("models")
        page.get_by_role("button", name="Activate order 1.0.0").click()
        expect(page.locator("#models .kept")).to_have_text("order 1.0.0 answers from now on.")
        visit.open_at("assets")
        page.get_by_text("Register a measuring point", exact=True).click()
        expect(page.get_by_role("button", name="Register")).to_be_enabled()
        visit.open_at(f"assets/{FAN}")
        page.get_by_text("Commissioning:").click()
        page.get_by_role("button", name="Undo version 1").click()
        expect(page.locator(".steps")).to_contain_text("Version 1 is undone")
        Plant(administered).commission(FAN, count=2)


def test_who_may_only_look_can_press_nothing_that_says_something(
    browser: Browser, locked: Running, state: Path, administered: httpx2.Client
) -> None:
    with signed_in(browser, locked, brinell("keys", "api", "onlooker", state=state)) as visit:
        page = visit.open_at(f"assets/{FAN}")
        for name in ("I have seen it", "Snooze", "Opened: inner race damaged"):
            expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
        expect(page.locator("#assets")).to_contain_text("saying something needs one with the scope feedback")


def test_without_the_token_of_the_session_nothing_is_changed(
    browser: Browser, locked: Running, administered: httpx2.Client
) -> None:
    with signed_in(browser, locked, administered.headers["X-API-Key"]) as visit:
        page = visit.page
        change = "token => fetch('/v1/models/challenger', {method: 'DELETE', headers: token}).then(made => made.status)"
        token = page.evaluate("fetch('/v1/session').then(answer => answer.json()).then(state => state.csrf)")
        assert page.evaluate(change, {}) == 403
        assert page.evaluate(change, {"X-CSRF-Token": "guessed"}) == 403
        assert page.evaluate(change, {"X-CSRF-Token": token}) < 300
