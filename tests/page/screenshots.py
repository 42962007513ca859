"""`make screenshots`: the pictures in the documents, of simulated recordings, so that anybody can make them again."""

import io
import os
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.page.chromium import DESKTOP, PHONE, Visit, chromium
from tests.service.running import running

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
COLOURS = 256
TALL = (1280, 1500)


def main() -> None:
    """Draws all of them."""
    with tempfile.TemporaryDirectory() as state:
        os.environ["BRINELL_STATE"] = state
        with running(auth="none") as service, chromium() as browser:
            _keep(_diagnosed(browser, service.url, "outer-race", TALL, "light"), "diagnose")
            _keep(_diagnosed(browser, service.url, "inner-race", DESKTOP, "dark"), "diagnose-dark")
            _keep(_diagnosed(browser, service.url, "sound", PHONE, "light"), "diagnose-phone")
            evidence = _diagnosed(browser, service.url, "outer-race", TALL, "light")
            evidence.locator("figure", has_text="what the network saw").evaluate("figure => figure.scrollIntoView()")
            _keep(evidence, "diagnose-why")


def _diagnosed(browser: Browser, url: str, demo: str, size: tuple[int, int], scheme: Any) -> Page:
    page = Visit(browser, url, size, scheme).diagnose_demo(demo)
    if size == PHONE:
        page.locator("#result").evaluate("result => result.scrollIntoView()")
    return page


def _keep(page: Page, name: str) -> None:
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    FOLDER.mkdir(parents=True, exist_ok=True)
    picture.save(FOLDER / f"{name}.png", optimize=True)
    page.close()


if __name__ == "__main__":
    main()
