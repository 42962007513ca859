"""A real Chromium, as Debian ships it, and what it says about a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ARTEFACTS = Path(__file__).resolve().parents[2] / "build" / "page"
"""Where the tests leave what they saw."""

DESKTOP, TABLET, PHONE = (1440, 900), (768, 1024), (390, 844)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A started browser; without one a test fails in CI and is skipped elsewhere."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        reason = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


class Visit:
    """One tab on a service, and whatever went wrong in it."""

    def __init__(self, browser: Browser, url: str, size: tuple[int, int] = DESKTOP, scheme: Any = "light") -> None:
        self.url = url
        viewport: Any = {"width": size[0], "height": size[1]}
        self.page: Page = browser.new_page(viewport=viewport, color_scheme=scheme)
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self._heard(message.type, message.text))
        self.page.on("request", lambda request: self._asked(request.url))

    def open(self) -> Page:
        """The page, ready to be used."""
        self.page.goto(self.url)
        self.page.wait_for_selector("main:not([hidden])")
        return self.page

    def open_at(self, where: str) -> Page:
        """As `open`, at one of its pages: `assets`, `assets/ID`, `models`, `system`."""
        self.page.goto(f"{self.url}/#{where}")
        self.page.wait_for_selector(f"main[data-at='{where}']:not([hidden])")
        self.page.wait_for_selector("#live:has-text('live')")
        return self.page

    def diagnose_demo(self, name: str = "outer-race") -> Page:
        """The page with the diagnosis of a simulated recording."""
        page = self.open()
        page.wait_for_selector(f"#demo option[value={name}]", state="attached")
        page.select_option("#demo", name)
        page.click("#go")
        page.wait_for_selector(".verdict")
        page.wait_for_function("document.querySelectorAll('.drawn canvas').length > 4")
        return page

    def _heard(self, kind: str, text: str) -> None:
        # A refusal of the service is no error of the page's.
        if kind == "error" and "the server responded with a status of 4" not in text:
            self.errors.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.url, "blob:", "data:")):
            self.foreign.append(url)


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def keep(name: str, content: bytes) -> None:
    """Leaves what was seen among the artefacts."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    (ARTEFACTS / name).write_bytes(content)
