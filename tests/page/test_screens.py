"""Every page on every screen: it can be read, says what its axes are, and comes at once; `-rP` prints the figures."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from service.page.files import FOLDER
from tests.page.chromium import DESKTOP, PHONE, SETTLED_MS, TABLET, Visit, keep, violations
from tests.page.conftest import Begin
from tests.page.plant import FAN
from tests.page.screenshots import FOLDER as SCREENSHOTS

DIAGNOSED = "a diagnosis"
PAGES = ("diagnose", DIAGNOSED, "assets", f"assets/{FAN}", "models", "models/aligned/1.0.0", "system")
SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}
SCHEMES = ("light", "dark")

LARGEST_TRANSFER = 300_000
FIRST_PAINT_MS = 1000
NO_SHIFT = 0.001

AXES = {
    "Waveform": {"time (s)", "acceleration (g)"},
    "Envelope spectrum": {"frequency (Hz)", "amplitude (g)"},
    "Spectrogram": {"time (s)", "frequency (kHz)", "dB (g²/Hz)"},
    "Along the recording": {"time (s)", "probability (%)"},
    "Why outer race: what the network saw": {"height (dB)", "multiple of the part's frequency, ± sidebands"},
    "Spikes": {"layer (firing rate), timesteps downward", "neuron of the layer"},
    "Trend: probability of a fault": {"local time", "probability (%)"},
    "Trend: change": {"local time", "change (spreads)"},
    "Trend: vibration velocity": {"local time", "velocity RMS (mm/s)"},
    "Trend: envelope": {"local time", "envelope RMS (g)"},
    "Trend: kurtosis": {"local time", "kurtosis (no unit)"},
    "Trend: severity": {"local time", "severity"},
    "Answers a minute": {"minutes from now", "answers a minute"},
}
"""What is written at the axes of each drawing, with its unit."""
CURVES = {
    "order": {"shaft revolutions", "envelope (log, standard deviations)"},
    "time": {"time in the window (ms)", "acceleration (standard deviations)"},
}
"""The same of what the network saw, by bundle, where that was a curve: without bearing, and without speed."""

INKS = (
    "--trace", "--inner", "--outer", "--rolling", "--cage", "--normal", "--for", "--against", "--alarm", "--watch",
    "--calm",
)  # fmt: skip
WORDS = ("--ink", "--soft", "--axis", "--accent")
"""Colours of drawings and their legends, and of words, as style.css names them."""


def shown(visit: Visit, where: str) -> Page:
    """The page with all that it draws."""
    if where == DIAGNOSED:
        return visit.diagnose_demo()
    page = visit.open_at(where)
    if where.startswith("assets/"):
        expect(page.locator("#assets .drawn canvas")).to_have_count(2)
    return page


def unfold(page: Page) -> None:
    """Opens whatever is folded."""
    folded = page.locator("main:not([hidden]) details:not([open]) > summary:visible")
    while folded.count():
        folded.first.click()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("where", PAGES)
def test_it_fits_and_nothing_keeps_anybody_from_reading_it(tab: Begin, where: str, size: str) -> None:
    visit = tab(SIZES[size])
    page = shown(visit, where)
    unfold(page)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_timeout(SETTLED_MS)
        wrong = violations(page)
        print(f"{where}, {size}, {scheme}: axe-core {page.evaluate('axe.version')} finds {len(wrong)} violations")
        keep(f"{where.replace('/', '-').replace(' ', '-')}-{size}-{scheme}.png", page.screenshot(full_page=True))
        assert wrong == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        corner = Image.open(io.BytesIO(page.screenshot())).convert("L").getpixel((1, SIZES[size][1] - 2))
        assert isinstance(corner, int)
        assert (corner < 60) == (scheme == "dark")


@pytest.mark.parametrize("where", PAGES)
def test_it_comes_at_once_and_does_not_jump(tab: Begin, where: str) -> None:
    visit = tab()
    shown(visit, where)
    shifted, painted_ms = visit.shifted(), visit.painted_ms()
    print(f"{where}: painted after {painted_ms:.0f} ms, layout shift {shifted:.4f}, {sum(visit.received):.0f} B")
    assert painted_ms < FIRST_PAINT_MS
    assert shifted < NO_SHIFT


def test_all_of_it_is_small(tab: Begin) -> None:
    visit = tab()
    visit.open()
    visit.page.wait_for_selector("#demo option[value=sound]", state="attached")
    print(f"the first page: {sum(visit.received):.0f} B")
    visit.diagnose_demo()
    print(f"and a diagnosis: {sum(visit.received):.0f} B")
    for where in PAGES[2:]:
        visit.open_at(where)
        print(f"and {where}: {sum(visit.received):.0f} B")
    assert sum(visit.received) < LARGEST_TRANSFER


def test_every_drawing_says_what_its_axes_are(tab: Begin) -> None:
    visit = tab()
    written: dict[str, set[str]] = {}
    for where in (DIAGNOSED, f"assets/{FAN}", "system"):
        page = shown(visit, where)
        written |= visit.written()
        if where.startswith("assets/"):
            for name in page.locator("#indicator option").all_inner_texts():
                page.select_option("#indicator", label=name)
                written |= visit.written()
    assert set(written) == set(AXES)
    assert {title: axes - written[title] for title, axes in AXES.items() if not axes <= written[title]} == {}
    page = visit.diagnose_demo()
    for bundle, field in (("order", "#bearing"), ("time", "#speed_rpm")):
        page.fill(field, "")
        page.click("#go")
        expect(page.locator(".facts")).to_contain_text(f"{bundle} 1.0.0")
        page.locator(".drawn canvas").nth(4).wait_for()
        page.wait_for_timeout(SETTLED_MS)
        [saw] = [words for title, words in visit.written().items() if title.endswith("hat the network saw")]
        assert CURVES[bundle] <= saw


def test_the_pictures_in_the_documents_have_the_colours_of_the_page() -> None:
    style = (FOLDER / "style.css").read_text()
    grounds = {tuple(bytes.fromhex(found)) for found in re.findall("--paper: #([0-9a-f]{6})", style)}
    documents = "".join(file.read_text() for file in SCREENSHOTS.parent.glob("*.md"))
    assert len(grounds) == len(SCHEMES)
    for file in SCREENSHOTS.glob("*.png"):
        assert f"screenshots/{file.name}" in documents
        picture = Image.open(file).convert("RGB")
        assert picture.getpixel((1, picture.height - 2)) in grounds, file.name


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_drawn_stands_out_from_the_ground(tab: Begin, scheme: str) -> None:
    """WCAG 2.2: 1.4.11 of graphics, 1.4.3 of words; axe-core does not look into drawings."""
    page = tab(DESKTOP, scheme).open()

    def colour(name: str) -> str:
        return str(page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('{name}').trim()"))

    ground = colour("--card")
    contrasts = {name: contrast(colour(name), ground) for name in (*INKS, *WORDS)}
    print(f"{scheme}: " + ", ".join(f"{name[2:]} {value:.1f}" for name, value in contrasts.items()))
    assert {name for name in INKS if contrasts[name] < 3} == set()
    assert {name for name in WORDS if contrasts[name] < 4.5} == set()


def contrast(one: str, other: str) -> float:
    """Of two colours `#rrggbb`, 1 to 21 (WCAG 2.2, contrast ratio)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
