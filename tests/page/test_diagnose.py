"""What somebody at the page sees and does, in a real browser on a real service."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from service.page.demo import DEMOS
from tests.page.chromium import DESKTOP, SETTLED_MS, Visit, held, keep, pages, violations
from tests.page.conftest import Begin, visits
from tests.service.assets.healthy import day
from tests.service.running import Running, running

FIGURES = {"Waveform", "Envelope spectrum", "Spectrogram", "Along the recording", "Spikes"}


def figures(page: Page) -> set[str]:
    return set(page.locator("figure h3").all_inner_texts())


def test_a_real_recording_is_diagnosed_and_explained(visit: Begin, recording_file: Callable[[str], Path]) -> None:
    page = visit().open()
    page.set_input_files("#file", recording_file("mfpt/OuterRaceFault_3.mat"))
    page.fill("#speed_rpm", "1500")
    page.fill("#bearing", "NICE")
    expect(page.locator("#bearing-found")).to_contain_text("8 rolling elements")
    page.click("#go")
    expect(page.locator(".verdict .said")).to_contain_text("Outer race fault, confidence")
    expect(page.locator(".verdict .do")).to_contain_text("inspect the outer race")
    assert figures(page) == FIGURES | {"Why outer race: what the network saw"}
    expect(page.locator(".marks", has_text="BPFO").first).to_contain_text("BPFO 81.1 Hz")
    expect(page.locator(".facts")).to_contain_text("OuterRaceFault_3.mat")


def test_a_file_may_be_dropped(visit: Begin, recording_file: Callable[[str], Path]) -> None:
    page = visit().open()
    content = list(recording_file("mfpt/baseline_3.mat").read_bytes())
    transfer = page.evaluate_handle(
        """content => {
            const given = new DataTransfer();
            given.items.add(new File([new Uint8Array(content)], "pump.mat"));
            return given;
        }""",
        content,
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    page.fill("#speed_rpm", "1500")
    page.fill("#bearing", "NICE")
    page.click("#go")
    expect(page.locator(".verdict .said")).to_contain_text("Nothing found")
    expect(page.locator(".verdict")).to_contain_text("This does not mean healthy")


def test_without_bearing_the_window_is_a_curve_over_the_shaft(
    visit: Begin, recording_file: Callable[[str], Path]
) -> None:
    page = visit().open()
    page.set_input_files("#file", recording_file("mfpt/InnerRaceFault_vload_1.mat"))
    page.fill("#speed_rpm", "1500")
    page.click("#go")
    expect(page.locator(".verdict .said")).to_contain_text("Inner race fault")
    saw = page.locator("figure", has_text="what the network saw").locator(".drawn")
    expect(saw).to_have_attribute("aria-label", re.compile("shaft revolutions"))


def test_a_broken_file_is_told_and_the_earlier_answer_goes(visit: Begin, tmp_path: Path) -> None:
    page = visit().diagnose_demo()
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF\x10\0\0\0WAVEjunk")
    page.set_input_files("#file", broken)
    page.click("#go")
    expect(page.locator("#ask-refusal")).to_contain_text("The recording cannot be read: broken.wav")
    expect(page.locator("#ask-refusal")).to_contain_text("Choose another file")
    expect(page.locator("#file")).to_be_focused()
    expect(page.locator(".verdict")).to_be_hidden()
    short = tmp_path / "short.csv"
    short.write_text("1.5\n" * 100)
    page.set_input_files("#file", short)
    page.click("#more summary")
    page.fill("#rate_hz", "25600")
    page.click("#go")
    expect(page.locator("#ask-refusal")).to_contain_text("Choose another file: a second or more")


def test_what_the_file_does_not_say_is_asked_for(visit: Begin, tmp_path: Path) -> None:
    page = visit().open()
    table = tmp_path / "table.csv"
    table.write_text("\n".join(str(at % 7) for at in range(2000)))
    page.set_input_files("#file", table)
    page.click("#go")
    expect(page.locator("#rate_hz")).to_be_visible()
    expect(page.locator("#rate_hz")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#ask-refusal")).to_contain_text("Give the sampling rate")


@pytest.mark.parametrize("name", DEMOS)
def test_every_demo_is_read_as_what_it_is(visit: Begin, name: str) -> None:
    said = visit().diagnose_demo(name).locator(".verdict .said").inner_text().lower()
    expected = {"sound": "nothing found"}.get(name, f"{name.replace('-', ' ')} fault")
    assert said.startswith(expected)


@pytest.mark.parametrize("name", DEMOS)
def test_the_report_is_one_page_with_what_identifies_it(visit: Begin, name: str) -> None:
    tab = visit(DESKTOP, "dark")
    page = tab.diagnose_demo(name)
    pdf = page.pdf(prefer_css_page_size=True)
    keep(f"report-{name}.pdf", pdf)
    assert pages(pdf) == 1
    page.emulate_media(media="print")
    facts = page.locator(".facts").inner_text()
    kept = page.request.get(f"{tab.url}/v1/diagnoses?limit=1").json()["diagnoses"][0]
    assert kept["id"] in facts
    assert "aligned 1.0.0" in facts
    assert re.search(r"Time\s+[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} \S+; answered", facts)
    assert page.locator(".paper-only").is_visible()
    assert not page.locator("#ask").is_visible()


def test_each_plot_is_saved_as_a_picture(visit: Begin) -> None:
    page = visit().diagnose_demo()
    buttons = page.get_by_role("button", name="Save as PNG")
    assert buttons.count() == len(FIGURES) + 1
    for at in range(buttons.count()):
        with page.expect_download() as download:
            buttons.nth(at).click()
        picture = Image.open(download.value.path())
        assert picture.format == "PNG"
        assert picture.width > 300
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 10


def test_the_keyboard_is_enough(visit: Begin) -> None:
    page = visit().open()
    page.wait_for_selector("#demo option[value=sound]", state="attached")
    page.focus("#file")
    page.keyboard.press("Tab")
    expect(page.locator("#demo")).to_be_focused()
    page.keyboard.type("Inner")
    page.locator("#speed_rpm").press("Enter")
    expect(page.locator(".verdict .said")).to_contain_text("Inner race fault")
    expect(page.locator("#result")).to_be_focused()
    scale = "document.querySelector('.drawn').plot.scales.x.max - document.querySelector('.drawn').plot.scales.x.min"
    whole = page.evaluate(scale)
    page.get_by_role("button", name="Zoom in: Waveform").press("Enter")
    page.wait_for_function(f"{scale} < {0.8 * whole}")
    page.get_by_role("button", name="Show all: Waveform").press("Enter")
    page.wait_for_function(f"{scale} > {0.99 * whole}")


def test_a_bearing_is_found_by_a_part_of_its_designation(visit: Begin) -> None:
    page = visit().open()
    page.fill("#bearing", "nu 2")
    expect(page.locator("#bearing-found")).to_contain_text("NU205: 1")
    page.fill("#bearing", "98765")
    expect(page.locator("#bearing-found")).to_contain_text("Not in the catalogue")


def test_what_belonged_to_a_demo_is_not_said_of_another_recording(visit: Begin, tmp_path: Path) -> None:
    page = visit().open()
    page.wait_for_selector("#demo option[value=sound]", state="attached")
    page.select_option("#demo", "sound")
    expect(page.locator("#speed_rpm")).to_have_value("1480")
    page.select_option("#demo", "")
    expect(page.locator("#speed_rpm")).to_have_value("")
    page.select_option("#demo", "sound")
    file = tmp_path / "today.csv"
    file.write_text("1\n2\n")
    page.set_input_files("#file", file)
    for field in ("#speed_rpm", "#bearing", "#rate_hz", "#demo"):
        expect(page.locator(field)).to_have_value("")


def test_a_recording_of_no_point_says_what_the_third_voice_needs(visit: Begin) -> None:
    page = visit().diagnose_demo()
    change = page.get_by_role("region", name="Change from healthy says")
    expect(change).to_contain_text("recording of no measuring point")
    expect(change).to_contain_text("registered under Assets")


TICKS = """[...document.querySelectorAll('figure')]
  .map(figure => [figure.querySelector('h3').textContent, figure.querySelector('.drawn').plot])
  .filter(([title, plot]) => plot)
  .map(([title, plot]) => [title, plot.axes.map(axis => [axis._splits, axis._values])])
"""
"""Of each curve: where its ticks are and what is written there, across and upwards."""


def test_what_is_written_at_a_tick_is_where_it_is_also_on_paper(visit: Begin, tmp_path: Path) -> None:
    file = tmp_path / "soft.npy"
    np.save(file, 0.001 * day(990, 0.0).samples)
    page = visit().open()
    page.set_input_files("#file", file)
    page.click("#more summary")
    for field, value in {"rate_hz": "25600", "speed_rpm": "1800", "bearing": "6205"}.items():
        page.fill(f"#{field}", value)
    page.click("#go")
    page.locator(".drawn canvas").nth(4).wait_for()
    for medium in ("screen", "paper"):
        if medium == "paper":
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.wait_for_timeout(SETTLED_MS)
        drawn = dict(page.evaluate(TICKS))
        assert set(drawn) >= {"Waveform", "Envelope spectrum", "Along the recording"}
        for title, axes in drawn.items():
            for places, written in axes:
                assert len(written) >= 3, (medium, title, written)
                assert [float(each) for each in written] == pytest.approx(places, rel=1e-6), (medium, title)
                assert len(set(written)) == len(written)


def test_on_paper_a_curve_is_whole_whatever_part_is_looked_at(visit: Begin) -> None:
    page = visit().diagnose_demo()
    waveform = page.locator("figure", has_text="Waveform").locator(".drawn")
    width = "host => host.plot.scales.x.max - host.plot.scales.x.min"
    whole = waveform.evaluate(width)
    page.get_by_role("button", name="Zoom in: Waveform").click()
    page.wait_for_timeout(SETTLED_MS)
    looked_at = waveform.evaluate(width)
    assert looked_at < 0.8 * whole
    for event, shown in (("beforeprint", whole), ("afterprint", looked_at)):
        page.evaluate(f"dispatchEvent(new Event('{event}'))")
        page.wait_for_timeout(SETTLED_MS)
        assert waveform.evaluate(width) == pytest.approx(shown), event


def test_the_report_is_of_what_was_asked_whatever_is_chosen_meanwhile(visit: Begin) -> None:
    page = visit().open()
    page.wait_for_selector("#demo option[value=sound]", state="attached")
    page.select_option("#demo", "outer-race")
    title = page.locator("#demo option:checked").inner_text()
    with held(page, "**/v1/demos/outer-race"):
        page.click("#go")
        page.click("#more summary")
        page.fill("#source", "another place")
        page.select_option("#demo", "sound")
    expect(page.locator(".verdict .said")).to_contain_text("Outer race fault")
    expect(page.locator("#report .facts dd").first).to_have_text(f"{title} (simulated)")


def test_a_page_that_does_not_come_is_told(browser: Browser, service: Running) -> None:
    with visits(browser, service.url) as begin:
        visit = begin()
        page = visit.open()
        expect(page.locator("#ask")).to_be_visible()
        page.context.set_offline(True)
        page.get_by_role("link", name="Assets").click()
        expect(page.locator("main:not([hidden])")).to_contain_text("This page did not come")
        page.context.set_offline(False)
        page.get_by_role("button", name="Load it anew").click()
        expect(page.get_by_role("heading", name="Measuring points")).to_be_visible()
        page.route("**/models.js", lambda route: route.fulfill(status=404))  # of a version that is no more
        page.get_by_role("link", name="Models").click()
        expect(page.locator("main:not([hidden])")).to_contain_text("another version of the page")
        assert violations(page) == []
        reason = '{"field": "store", "reason": "keys cannot be read", "what_to_do": "Look at the disk."}'
        page.route("**/v1/session", lambda route: route.fulfill(status=503, body=reason))
        page.reload()
        expect(page.locator("main:not([hidden])")).to_contain_text("Keys cannot be read. Look at the disk.")
        page.unroute("**/v1/session")
        page.get_by_role("link", name="Diagnose").wait_for(state="hidden")
        visit.errors.clear()  # Chromium's own, of what did not come


def test_a_service_that_is_gone_is_told(browser: Browser) -> None:
    with running() as service, visits(browser, service.url) as begin:
        visit = begin()
        page = visit.diagnose_demo()
        expect(page.locator("#live")).to_have_text("live")
        service.process.terminate()
        expect(page.locator("#live")).to_have_text("not live")
        page.click("#go")
        expect(page.locator("#ask-refusal")).to_contain_text("the service does not answer")
        expect(page.locator(".verdict")).to_be_hidden()
        visit.errors.clear()  # Chromium's own, of the refused connections


def test_on_a_tablet_a_curve_is_zoomed_by_buttons_and_the_page_says_so(browser: Browser, service: Running) -> None:
    with browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 768, "height": 1024}) as tablet:
        visit = Visit(tablet, service.url)
        page = visit.diagnose_demo()
        figure = page.locator("figure", has_text="Waveform")
        expect(figure.locator(".reading")).to_have_text("Zoom and move with the buttons above.")
        width = "host => host.plot.scales.x.max - host.plot.scales.x.min"
        whole = figure.locator(".drawn").evaluate(width)
        page.get_by_role("button", name="Zoom in: Waveform").tap()
        page.wait_for_timeout(SETTLED_MS)
        assert figure.locator(".drawn").evaluate(width) < 0.8 * whole
        assert visit.errors == []


def test_the_button_stays_within_reach_beside_a_long_report(visit: Begin) -> None:
    page = visit().diagnose_demo()
    page.click("#more summary")
    page.click("#of-asset summary")
    page.evaluate("scrollTo(0, 1500)")
    page.focus("#source")
    page.keyboard.press("Tab")
    expect(page.locator("#go")).to_be_focused()
    expect(page.locator("#go")).to_be_in_viewport()
    assert page.evaluate("scrollY") > 1000
