"""`make screenshots`: the pictures in the documents, of simulated machines, so that anybody can make them again."""

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.page.chromium import DESKTOP, PHONE, TABLET, Visit, chromium
from tests.page.plant import FAN, Plant
from tests.service.faults import WallClock
from tests.service.running import Running, running

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
COLOURS = 256
TALL, SMALL = (1280, 1640), (1280, 760)


def main() -> None:
    """Draws all of them."""
    with tempfile.TemporaryDirectory() as state, aged(Path(state)) as service, chromium() as browser:
        _keep(_diagnosed(browser, service.url, "outer-race", TALL, "light"), "diagnose")
        _keep(_diagnosed(browser, service.url, "inner-race", DESKTOP, "dark"), "diagnose-dark")
        _keep(_diagnosed(browser, service.url, "sound", PHONE, "light"), "diagnose-phone")
        evidence = _diagnosed(browser, service.url, "outer-race", TALL, "light")
        evidence.locator("figure", has_text="what the network saw").evaluate("figure => figure.scrollIntoView()")
        _keep(evidence, "diagnose-why")
        _keep(_page(browser, service.url, "assets", SMALL, "light"), "assets")
        _keep(_page(browser, service.url, f"assets/{FAN}", TALL, "light"), "asset")
        _keep(_page(browser, service.url, f"assets/{FAN}", TABLET, "dark"), "asset-tablet")
        models = _page(browser, service.url, "models", SMALL, "light")
        models.locator("section", has_text="aligned 1.0.0").get_by_text("What it reached").click()
        _keep(models, "models")
        _keep(_page(browser, service.url, "system", SMALL, "light"), "system")


@contextmanager
def aged(folder: Path) -> Iterator[Running]:
    """A service that has watched a plant for weeks: its clock is set from day to day."""
    clock = WallClock(folder / "offset")
    clock.set("+0")
    if clock.environment is None:
        sys.exit("libfaketime is not installed (Debian: apt-get install faketime)")
    settings = clock.environment | {"BRINELL_STATE": str(folder), "BRINELL_AUTH": "none"}
    os.environ.update(settings)
    with running(auth="none") as service, httpx2.Client(base_url=service.url, timeout=60) as client:
        for name in settings:  # the browser's clock is the true one
            del os.environ[name]
        Plant(client).live(lambda days: clock.set(f"-{days}d" if days else "+0"))
        yield service


def _page(browser: Browser, url: str, where: str, size: tuple[int, int], scheme: Any) -> Page:
    page = Visit(browser, url, size, scheme).open_at(where)
    page.wait_for_timeout(500)  # curves are drawn once their place is known
    return page


def _diagnosed(browser: Browser, url: str, demo: str, size: tuple[int, int], scheme: Any) -> Page:
    page = Visit(browser, url, size, scheme).diagnose_demo(demo)
    if size == PHONE:
        page.locator("#result").evaluate("result => result.scrollIntoView()")
    return page


def _keep(page: Page, name: str) -> None:
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    FOLDER.mkdir(parents=True, exist_ok=True)
    _fewer_colours(picture).save(FOLDER / f"{name}.png", optimize=True)
    page.close()


def _fewer_colours(picture: Image.Image) -> Image.Image:
    """Each colour of its palette is the most frequent of those that it stands for: grounds stay as they are."""
    made = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    colours = np.asarray(picture, np.int64) @ (1 << 16, 1 << 8, 1)
    pairs, counts = np.unique((np.asarray(made, np.int64) << 24) | colours, return_counts=True)
    palette = np.zeros(COLOURS, np.int64)
    for pair in pairs[np.argsort(counts)]:  # the most frequent comes last, and stays
        palette[pair >> 24] = pair & 0xFFFFFF
    made.putpalette(b"".join(int(colour).to_bytes(3) for colour in palette))
    return made


if __name__ == "__main__":
    main()
