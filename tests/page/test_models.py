"""Models and System on the page: activating, rolling back, the shadow, and the figures of this moment."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from service.settings import Settings
from tests.page.chromium import SETTLED_MS, Visit, held
from tests.service.asking import FLOAT32
from tests.service.assets.healthy import day
from tests.service.running import Running, running
from tests.service.versions import another, bolder


@pytest.fixture(scope="module")
def choosing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with two versions of a bundle, of which the newer was chosen to answer."""
    folder = tmp_path_factory.mktemp("choosing")
    bundles = Path(shutil.copytree(Settings().bundles, folder / "bundles"))
    another(bundles, "order", "1.1.0", bolder)
    with running(auth="none", state=folder, bundles=bundles) as service:
        yield service


@pytest.fixture
def client(choosing: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=choosing.url, timeout=60) as client:
        yield client


@pytest.fixture
def page(browser: Browser, choosing: Running) -> Iterator[Page]:
    visit = Visit(browser, choosing.url)
    yield visit.open_at("models")
    visit.page.close()
    assert visit.errors == []


def answering(client: httpx2.Client, name: str) -> str:
    found = {model["name"]: model["version"] for model in client.get("/v1/models").json()["bundles"]}
    return str(found[name])


def ask(client: httpx2.Client, number: int) -> None:
    recording = day(number)
    query = {"rate_hz": recording.rate_hz, "speed_rpm": 1800}
    client.post("/v1/diagnose", params=query, content=recording.samples.tobytes(), headers=FLOAT32).raise_for_status()


def test_a_version_is_activated_and_rolled_back(page: Page, client: httpx2.Client) -> None:
    assert answering(client, "order") == "1.1.0"
    page.get_by_role("button", name="Activate order 1.0.0").click()
    expect(page.locator("#models .kept")).to_have_text("order 1.0.0 answers from now on.")
    assert answering(client, "order") == "1.0.0"
    page.get_by_role("button", name="Roll order back to 1.1.0").click()
    expect(page.locator("#models .kept")).to_have_text("order 1.1.0 answers again.")
    expect(page.locator("#models h2", has_text="order")).to_have_text("order 1.1.0")
    assert answering(client, "order") == "1.1.0"


def test_what_a_version_reached_and_its_card_can_be_read(page: Page) -> None:
    page.locator("section", has_text="aligned 1.0.0").get_by_text("What it reached").click()
    expect(page.get_by_role("group", name="What aligned 1.0.0 reached")).to_contain_text("CWRU")
    page.get_by_role("link", name="Card of aligned 1.0.0").click()
    expect(page.locator(".prose h1")).to_have_text("aligned 1.0.0")
    expect(page.locator(".prose h2", has_text="Limits")).to_be_visible()
    expect(page.locator(".prose table").first).to_contain_text("rolling_element")
    assert page.locator(".prose").inner_text().count("**") == 0
    page.evaluate("location.hash = '#models/aligned/9'")
    expect(page.locator("#models h1")).to_have_text("aligned 9")
    expect(page.locator("#models")).to_contain_text("There is no aligned 9.")
    with held(page, "**/v1/models"):
        page.evaluate("location.hash = '#models'")
        page.evaluate("location.hash = '#models/aligned/1.0.0'")
    expect(page.locator(".prose h1")).to_have_text("aligned 1.0.0")
    page.wait_for_timeout(SETTLED_MS)
    expect(page.locator(".prose h1")).to_have_text("aligned 1.0.0")  # and the list, which came later, not over it


def test_the_shadow_is_shown_as_it_answers(page: Page, client: httpx2.Client) -> None:
    page.select_option("#shadow", "order/1.0.0")
    page.get_by_role("button", name="Put it in the shadow").click()
    expect(page.locator("#models .kept")).to_contain_text("order/1.0.0 answers in the shadow")
    reached = page.locator("#reached-aligned")
    reached.click()
    page.get_by_role("link", name="Card of aligned 1.0.0").focus()
    for number in range(3):
        ask(client, number)
    shadow = page.get_by_role("region", name="In the shadow")
    expect(shadow).to_contain_text(re.compile("was asked 3 times; it disagreed in 0"), timeout=20_000)
    expect(page.get_by_role("link", name="Card of aligned 1.0.0")).to_be_focused()
    expect(page.get_by_role("group", name="What aligned 1.0.0 reached")).to_be_visible()  # as it was unfolded
    page.get_by_role("button", name="Take it out of the shadow").click()
    expect(shadow).to_contain_text("Nothing answers in the shadow")


def test_the_system_is_shown_as_it_fares(page: Page, client: httpx2.Client) -> None:
    page.get_by_role("link", name="System").click()
    answers = page.locator(".tile", has_text="Answers in the last hour").locator(".value")
    before = int(answers.inner_text())
    ask(client, 10)
    expect(answers).to_have_text(str(before + 1), timeout=10_000)
    today = client.get("/v1/system").json()["today"]
    expect(page.locator(".tile", has_text="Energy today")).to_contain_text(f"of {today['diagnoses']} diagnoses")
    expect(page.locator("figure .drawn")).to_have_attribute("aria-label", re.compile("At most [1-9]"))
