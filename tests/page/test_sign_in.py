"""Signing a browser in and out, with a real key in a real store."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.page.chromium import Visit, violations
from tests.service.running import Running, running

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("locked")


@pytest.fixture(scope="module")
def locked(state: Path) -> Iterator[Running]:
    with running(auth="keys", state=state) as started:
        yield started


def brinell(state: Path, *arguments: str) -> str:
    environment = {**os.environ, "BRINELL_STATE": str(state), "BRINELL_AUTH": "keys"}
    command = [sys.executable, "-m", "brinell", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_a_key_signs_in_until_it_is_signed_out(browser: Browser, locked: Running, state: Path) -> None:
    key = brinell(state, "keys", "api", "press line 2")
    tab = Visit(browser, locked.url)
    page = tab.open()
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
    key = brinell(state, "keys", "api", "lost")
    tab = Visit(browser, locked.url)
    page = tab.open()
    page.fill("#key", key)
    page.press("#key", "Enter")
    expect(page.locator("#ask")).to_be_visible()
    brinell(state, "keys", "revoke", key.split("_")[1])
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
