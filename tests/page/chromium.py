"""A real Chromium, as Debian ships it, and what it says about a page."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

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

WATCH = """
  window.shifts = [];
  new PerformanceObserver(list => shifts.push(...list.getEntries().map(each => each.value)))
    .observe({type: 'layout-shift', buffered: true});
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (words, ...where) {
    (this.canvas.words ??= new Set()).add(words);
    return write.call(this, words, ...where);
  };
"""
"""What is looked at while a page is used: each shift of its layout, and the words that it writes into drawings."""

SETTLED_MS = 600
"""After which nothing moves any more."""


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
    """One tab on a service, and whatever went wrong in it.

    Args:
        browser: for a tab like those of `size` and `scheme`; or a context, which is another device.

    Attributes:
        received: bytes of each answer, head and body, as Chromium counts them.
        errors: what scripts and the console said.
        foreign: addresses elsewhere that were asked for.
    """

    def __init__(
        self, browser: Browser | BrowserContext, url: str, size: tuple[int, int] = DESKTOP, scheme: Any = "light"
    ) -> None:
        self.url = url
        self.page: Page = _tab(browser, size, scheme)
        self.page.add_init_script(WATCH)
        self.received: list[float] = []
        network = self.page.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda event: self.received.append(event["encodedDataLength"]))
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
        self.page.wait_for_selector("#live:not(.off):not([hidden])")
        return self.page

    def diagnose_demo(self, name: str = "outer-race") -> Page:
        """The page with the diagnosis of a simulated recording."""
        page = self.open()
        page.wait_for_selector(f"#demo option[value={name}]", state="attached")
        page.select_option("#demo", name)
        page.click("#go")
        page.wait_for_selector(".verdict")
        page.locator(".drawn canvas").nth(4).wait_for()
        return page

    def painted_ms(self) -> float:
        """From the beginning of the load to the first text or picture."""
        first = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        return float(self.page.evaluate(first))

    def shifted(self) -> float:
        """How far the layout has jumped, by all shifts together, also those after somebody did something."""
        self.page.wait_for_timeout(SETTLED_MS)
        return float(self.page.evaluate("shifts.reduce((sum, each) => sum + each, 0)"))

    def written(self) -> dict[str, set[str]]:
        """The words in each drawing, by the title of its figure."""
        words = "[...document.querySelectorAll('figure')].map(figure => [figure.querySelector('h3').textContent,"
        words += " [...figure.querySelectorAll('canvas')].flatMap(canvas => [...canvas.words ?? []])])"
        return {title: set(of) for title, of in self.page.evaluate(words)}

    def _heard(self, kind: str, text: str) -> None:
        # A refusal of the service is no error of the page's.
        if kind == "error" and "the server responded with a status of 4" not in text:
            self.errors.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.url, "blob:", "data:")):
            self.foreign.append(url)


def _tab(browser: Browser | BrowserContext, size: tuple[int, int], scheme: Any) -> Page:
    if isinstance(browser, BrowserContext):
        return browser.new_page()
    return browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)


@contextmanager
def held(page: Page, address: str | re.Pattern[str]) -> Iterator[None]:
    """What is asked for meanwhile at addresses like this one is sent once the context is left: as by a slow network."""
    waiting: list[Route] = []
    page.route(address, lambda route: waiting.append(route))
    yield
    page.wait_for_timeout(SETTLED_MS)
    while waiting:
        waiting.pop(0).continue_()
    page.unroute(address)


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def keep(name: str, content: bytes) -> None:
    """Leaves what was seen among the artefacts."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    (ARTEFACTS / name).write_bytes(content)


def pages(pdf: bytes) -> int:
    """How many sheets were printed."""
    return pdf.count(b"/Type /Page") - pdf.count(b"/Type /Pages")
