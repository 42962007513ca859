"""Assets on the page: the list, one point, commissioning, feedback, what people say, and what comes by itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.page.chromium import SETTLED_MS, held, keep, pages, violations
from tests.page.conftest import Begin
from tests.page.plant import DAYS, FAN, MOTOR, PRESS, PUMP, Plant, npy
from tests.service.assets.healthy import day
from tests.service.running import Running

DRUM, KILN, MIXER, SAW = "drum.de", "kiln.de", "mixer.de", "saw.de"


@pytest.fixture
def client(watched: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=watched.url, timeout=60) as client:
        yield client


def names(page: Page) -> list[str]:
    return [text.split("\n")[0] for text in page.locator("#assets tbody th").all_inner_texts()]


def test_the_worst_comes_first_and_can_be_searched_for(tab: Begin) -> None:
    page = tab().open_at("assets")
    expect(page.locator("#assets tbody tr").first).to_contain_text("alarm: outer race")
    assert names(page) == [
        "mill 3: fan, drive end", "pump 7: drive end", "mill 3: motor, drive end", "press: gearbox, input shaft"
    ]  # fmt: skip
    assert page.locator("#assets tbody tr .stands").all_inner_texts() == ["alarm", "watch", "quiet", "not heard yet"]
    expect(page.locator("#assets tbody tr").first.locator("td").last).to_have_text("High")
    expect(page.locator("#assets tbody tr").first.locator(".spark")).to_have_attribute(
        "aria-label", re.compile("Over 24 recordings from [0-9]+ % to ")
    )
    page.get_by_role("button", name="Quiet").click()
    expect(page.locator("#assets tbody tr")).to_have_count(1)
    page.get_by_role("button", name="All").click()
    page.fill("#asset-search", "PUMP")
    expect(page.locator("#assets tbody tr")).to_have_count(1)
    page.get_by_role("link", name="pump 7: drive end").click()
    expect(page.locator("#assets .verdict")).to_contain_text("pump 7: drive end")


def test_a_point_says_where_it_stands_what_to_do_and_how_it_came_there(tab: Begin) -> None:
    page = tab().open_at(f"assets/{FAN}")
    expect(page.locator("#assets .verdict .do")).to_contain_text("open the bearing")
    expect(page.locator("#assets .verdict .hint")).to_contain_text(
        re.compile("Severity high. Vibration velocity in zone [A-D]")
    )
    assert page.locator(".voice .says").all_inner_texts() == ["Raised: outer race", "Raised: outer race", "Raised"]
    expect(page.locator("figure h3")).to_have_text(["Trend: probability of a fault", "Trend: change"])
    page.select_option("#indicator", "kurtosis")
    expect(page.locator("figure h3").last).to_have_text("Trend: kurtosis")
    page.select_option("#indicator", "severity")
    expect(page.locator("figure h3").last).to_have_text("Trend: severity")
    expect(page.locator("figure .drawn").last).to_have_attribute("aria-label", re.compile("from none to high$"))
    ticks = page.evaluate("() => [...document.querySelectorAll('figure .drawn')].at(-1).plot.axes[1]._values")
    assert [tick for tick in ticks if tick] == ["none", "low", "medium", "high"]
    happened = page.get_by_role("group", name="What happened")
    expect(happened).to_contain_text("Watch became alarm")


def test_what_was_found_is_kept_by_one_click_and_corrected_by_another(tab: Begin, client: httpx2.Client) -> None:
    page = tab().open_at(f"assets/{FAN}")
    page.get_by_role("button", name="Opened: outer race damaged").click()
    expect(page.locator("#by")).to_be_focused()  # nobody has said who he is yet
    page.fill("#by", "A. Weber")
    page.get_by_role("button", name="Opened: inner race damaged").dblclick()  # is said once all the same
    expect(page.locator("#assets .kept")).to_contain_text("inner race damaged")
    expect(page.locator("#assets [aria-busy=true]")).to_have_count(0)
    page.get_by_role("button", name="Correct it").click()
    expect(page.get_by_role("button", name="Leave it")).to_be_focused()
    page.get_by_role("button", name="Opened: outer race damaged").focus()
    for _ in range(8):  # held down, which is said once too
        page.keyboard.down("Enter")
        page.wait_for_timeout(60)
    page.keyboard.up("Enter")
    expect(page.locator("#assets .kept")).to_contain_text("outer race damaged")
    expect(page.locator("#assets [aria-busy=true]")).to_have_count(0)
    second, first = client.get("/v1/feedback", params={"asset": FAN}).json()["feedback"]
    assert (second["finding"], second["by"], second["corrects"]) == ("outer_race", "A. Weber", first["id"])
    newest = client.get("/v1/overview", params={"id": FAN}).json()["assets"][0]["latest"]["id"]
    assert (first["finding"], first["diagnosis"]) == ("inner_race", newest)
    assert second["opened"] == first["opened"]
    expect(page.get_by_role("group", name="What happened")).to_contain_text("(corrected later)")
    page.fill("#opened", "2026-11-20T08:00")  # another opening, of which nothing is wrong
    with held(page, f"**/v1/assets/{FAN}/trend?*"):
        page.get_by_role("button", name="Opened: nothing wrong").click()
        expect(page.locator("#assets .kept")).to_contain_text("nothing wrong")
        page.get_by_role("button", name="Snooze", exact=True).click()  # while all is read anew
        expect(page.locator("#assets .kept")).to_contain_text("nothing is sent until")
    third = client.get("/v1/feedback", params={"asset": FAN}).json()["feedback"][0]
    assert (third["finding"], third["corrects"]) == ("normal", None)


def test_a_correction_waits_until_it_is_made_or_left_and_is_of_what_it_corrects(
    tab: Begin, client: httpx2.Client
) -> None:
    Plant(client).add(MIXER, "mixer", "drive end")
    Plant(client).ask(MIXER, 850)
    page = tab().open_at(f"assets/{MIXER}")
    page.fill("#by", "A. Weber")
    page.get_by_role("button", name="Opened: inner race damaged").click()
    page.get_by_role("button", name="Correct it").click()
    page.get_by_role("button", name="Snooze", exact=True).click()
    expect(page.locator("#assets .kept")).to_contain_text("nothing is sent until")
    expect(page.get_by_role("button", name="Leave it")).to_be_visible()
    Plant(client).ask(MIXER, 851)
    expect(page.get_by_role("group", name="Last diagnoses").locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Opened: outer race damaged").click()
    expect(page.locator("#assets .kept")).to_contain_text("outer race damaged")
    page.get_by_role("button", name="Correct it").click()
    page.get_by_role("button", name="Leave it").click()
    expect(page.locator("#assets")).not_to_contain_text("Press what was found instead")
    page.fill("#opened", "2026-11-20T08:00")  # before either recording
    page.get_by_role("button", name="Opened: nothing wrong").click()
    expect(page.locator("#assets .kept")).to_contain_text("nothing wrong")
    later, second, first = client.get("/v1/feedback", params={"asset": MIXER}).json()["feedback"]
    newest, oldest = client.get("/v1/diagnoses", params={"asset": MIXER}).json()["diagnoses"]
    assert newest["id"] != oldest["id"]
    assert [each["corrects"] for each in (later, second, first)] == [None, first["id"], None]
    assert [each["diagnosis"] for each in (later, second, first)] == [None, oldest["id"], oldest["id"]]


def test_an_alarm_is_acknowledged_and_snoozed(tab: Begin, client: httpx2.Client) -> None:
    page = tab().open_at(f"assets/{PUMP}")
    page.fill("#by", "J. Mazur")
    page.get_by_role("button", name="I have seen it").click()
    expect(page.locator("#assets")).to_contain_text("Seen by J. Mazur")
    page.select_option("#hours", "168")
    page.get_by_role("button", name="Snooze", exact=True).click()
    expect(page.locator("#assets")).to_contain_text("Snoozed until")
    page.get_by_role("button", name="End the snooze").click()
    expect(page.locator("#assets")).to_contain_text("it is told again")
    expect(page.get_by_role("group", name="What happened")).to_contain_text("Snooze ended; it stands at watch")
    told = [event["kind"] for event in client.get(f"/v1/assets/{PUMP}/events").json()["events"]]
    assert told[:4] == ["stands", "snoozed", "snoozed", "acknowledged"]


def test_a_machine_is_commissioned_step_by_step(tab: Begin, client: httpx2.Client, tmp_path: Path) -> None:
    files = []
    for number in range(4):
        files.append(tmp_path / f"{number}.npy")
        files[-1].write_bytes(npy(day(500 + number)))
    page = tab().open_at(f"assets/{PRESS}")
    expect(page.locator(".steps > [aria-current]")).to_contain_text("Choose recordings")
    page.get_by_role("button", name="Check and take them").click()
    expect(page.locator(".steps")).to_contain_text("Choose recordings first")
    page.set_input_files("#healthy", files)
    page.fill("#healthy-rate", "25600")
    page.get_by_role("button", name="Check and take them").click()
    expect(page.locator(".steps")).to_contain_text("Taken: version 1")
    expect(page.get_by_role("group", name="What it knows of each axis")).to_contain_text("20 %")
    assert client.get(f"/v1/assets/{PRESS}/baseline").json()["axes"]["x"]["n"] == 4
    page.get_by_role("button", name="Undo version 1").click()
    expect(page.locator(".steps")).to_contain_text("Version 1 is undone")
    assert client.get(f"/v1/assets/{PRESS}/baseline").json()["axes"] == {}


def test_what_does_not_look_healthy_is_asked_about_first(tab: Begin, client: httpx2.Client, tmp_path: Path) -> None:
    Plant(client).add(DRUM, "drum", "drive end")
    files = []
    for number in range(2):
        files.append(tmp_path / f"{number}.npy")
        files[-1].write_bytes(npy(day(600 + number, 0.0)))
    page = tab().open_at(f"assets/{DRUM}")
    page.set_input_files("#healthy", files)
    page.fill("#healthy-rate", "25600")
    page.get_by_role("button", name="Check and take them").click()
    expect(page.locator(".steps > [aria-current]")).to_contain_text("Confirm what does not look healthy")
    expect(page.locator("#why")).to_be_focused()
    assert client.get(f"/v1/assets/{DRUM}/baseline").json()["axes"] == {}
    page.fill("#why", "it always rang like this")
    page.get_by_role("button", name="Take them all the same").click()
    expect(page.locator(".steps")).to_contain_text("Taken: version")
    assert client.get(f"/v1/assets/{DRUM}/baseline").json()["axes"]["x"]["why"] == "it always rang like this"


def test_older_diagnoses_can_be_chosen_too(tab: Begin, client: httpx2.Client) -> None:
    page = tab().open_at(f"assets/{FAN}")
    page.get_by_text("Commissioning:").click()
    healthy = page.locator(".choices label:has(.quiet) input")
    newest = page.locator(".choices input").count()
    assert newest == 12
    page.locator(".choices input").nth(2).check()
    page.get_by_role("button", name="Show older ones").click()
    expect(page.locator(".choices input")).to_have_count(DAYS)
    expect(page.locator(".choices input").nth(2)).to_be_checked()
    expect(page.get_by_role("button", name="Show older ones")).to_have_count(0)
    assert healthy.count() >= DAYS - newest


def test_none_is_left_out_of_those_that_came_while_nobody_looked(tab: Begin, client: httpx2.Client) -> None:
    Plant(client).add(KILN, "kiln", "drive end")
    Plant(client).ask(KILN, 860)
    page = tab().open_at(f"assets/{KILN}")
    boxes = page.locator(".choices input")
    expect(boxes).to_have_count(1)
    boxes.check()
    look = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    look += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(look, True)
    for number in range(14):
        Plant(client).ask(KILN, 861 + number)
    page.evaluate(look, False)
    expect(boxes).to_have_count(13)  # the newest twelve, and what was chosen
    page.get_by_role("button", name="Show older ones").click()
    expect(boxes).to_have_count(15)
    expect(boxes.last).to_be_checked()


def test_earlier_diagnoses_can_be_what_is_healthy(tab: Begin, client: httpx2.Client) -> None:
    page = tab().open_at(f"assets/{PUMP}")
    boxes = page.locator(".choices label:has(.quiet) input")
    for at in range(3):
        boxes.nth(at).check()
    page.get_by_role("button", name="Check and take them").click()
    expect(page.locator(".steps")).to_contain_text("Taken: version")
    assert client.get(f"/v1/assets/{PUMP}/baseline").json()["axes"]["x"]["n"] == 3


def test_a_point_is_registered_and_a_wrong_one_is_told(tab: Begin) -> None:
    page = tab().open_at("assets")
    page.get_by_text("Register a measuring point", exact=True).click()
    for name, value in {"machine": "lathe", "point": "spindle", "id": "lathe.spindle", "bearing": "98765"}.items():
        page.fill(f"#new-{name}", value)
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#assets .refusal")).to_contain_text("98765")
    page.fill("#new-bearing", "6205")
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#assets .verdict")).to_contain_text("lathe: spindle")
    expect(page.locator("#assets .verdict")).to_contain_text("No recording yet")


def test_what_others_bring_is_shown_as_it_comes(tab: Begin, client: httpx2.Client) -> None:
    page = tab().open_at("assets")
    row = page.locator("#assets tbody tr", has_text=MOTOR)
    expect(row).to_contain_text("quiet")
    for number in range(5):
        Plant(client).ask(MOTOR, 700 + number, 2.0)
    expect(row.locator(".stands")).to_contain_text("alarm", timeout=10_000)
    page.goto(f"{page.url.partition('#')[0]}#assets/{MOTOR}")
    expect(page.locator("#assets .verdict")).to_contain_text("alarm")
    page.fill("#note", "half written")
    client.post(f"/v1/assets/{MOTOR}/acknowledge", json={"by": "somebody else"}).raise_for_status()
    expect(page.locator("#assets")).to_contain_text("Seen by somebody else", timeout=10_000)
    expect(page.locator("#note")).to_have_value("half written")


def test_where_somebody_is_and_what_he_looks_at_stays_while_others_bring_something(
    tab: Begin, client: httpx2.Client
) -> None:
    page = tab().open_at("assets")
    row = page.locator("#assets tbody tr", has_text=PRESS)
    row.get_by_role("link").focus()
    client.post(f"/v1/assets/{PRESS}/acknowledge", json={"by": "the night shift"}).raise_for_status()
    expect(row).to_contain_text("seen by the night shift", timeout=10_000)
    expect(row.get_by_role("link")).to_be_focused()
    assert page.locator("#assets [aria-live]").count() == 0
    expect(page.locator("#assets [role=status]")).to_contain_text(re.compile("[0-9]+ shown; [0-9]+ at an alarm"))
    page.goto(f"{page.url.partition('#')[0]}#assets/{PUMP}")
    page.locator("#assets .drawn canvas").nth(1).wait_for()
    width = "document.querySelector('.drawn').plot.scales.x.max - document.querySelector('.drawn').plot.scales.x.min"
    whole = page.evaluate(width)
    page.get_by_role("button", name="Zoom in: Trend: probability").click()
    page.wait_for_function(f"{width} < {0.8 * whole}")
    looked_at = page.evaluate(width)
    page.focus("#indicator")
    client.post(f"/v1/assets/{PUMP}/acknowledge", json={"by": "the night shift"}).raise_for_status()
    expect(page.locator("#assets")).to_contain_text("Seen by the night shift", timeout=10_000)
    expect(page.locator("#indicator")).to_be_focused()
    page.wait_for_timeout(SETTLED_MS)
    assert page.evaluate(width) == pytest.approx(looked_at)


def test_who_goes_on_before_an_answer_comes_sees_what_he_went_to(tab: Begin) -> None:
    page = tab().open_at("assets")
    with held(page, f"**/v1/assets/{FAN}/trend?*"):
        page.locator(".point").first.click()
        expect(page.locator("#assets")).to_have_text("Reading…")
        page.go_back()
        expect(page.locator("#assets h1")).to_have_text("Measuring points")
    page.wait_for_timeout(SETTLED_MS)
    expect(page.locator("#assets h1")).to_have_text(["Measuring points"])
    with held(page, "**/v1/overview?*"):
        for where in ("system", "assets", "system", "assets"):
            page.evaluate(f"location.hash = '#{where}'")
    expect(page.get_by_text("Register a measuring point", exact=True)).to_have_count(1)
    page.wait_for_timeout(SETTLED_MS)
    expect(page.get_by_text("Register a measuring point", exact=True)).to_have_count(1)
    with held(page, re.compile(r"search=p(&|$)")):
        page.fill("#asset-search", "p")
        page.wait_for_timeout(SETTLED_MS)
        page.fill("#asset-search", "pump")
        expect(page.locator("#assets tbody tr")).to_have_count(1)
    page.wait_for_timeout(SETTLED_MS)
    assert names(page) == ["pump 7: drive end"]


def test_what_is_not_there_is_told_in_words(tab: Begin, client: httpx2.Client) -> None:
    visit = tab()
    for where, told in (("nobody", "There is no asset nobody"), ("Nobody!", "There is no Nobody!")):
        page = visit.open_at(f"assets/{where}")
        expect(page.locator("#assets h1")).to_have_text(where)
        expect(page.locator("#assets .refusal")).to_contain_text(told)
        assert violations(page) == []
    facts = {"id": "hoist", "machine": "hoist", "point": "drum", "axes": [{"name": "x"}]}
    bearing = {"rolling_elements": 9, "diameter_ratio": 0.2034}
    client.post("/v1/assets", json=facts | {"bearing": bearing}).raise_for_status()
    page = visit.open_at("assets/hoist")
    expect(page.locator("#assets .facts")).to_contain_text("9 rolling elements, diameter ratio 0.2034")


@pytest.mark.parametrize(("last", "told"), [(26.0, True), (98.0, False)])
def test_a_slope_is_told_while_the_newest_recording_lies_by_its_line(tab: Begin, last: float, told: bool) -> None:
    """As the service answers of a machine whose probability went from 2 to 24 % in twelve days."""
    values = [2.0 * day + day % 3 for day in range(1, 13)] + [last]
    points = [
        {"time": f"2026-11-{day:02}T08:00:00Z", "axis": "x", "level": "quiet", "severity": "none", "condition": {}}
        | {"probabilities": {"normal": 1 - value / 100}}
        for day, value in enumerate(values, start=1)
    ]
    grown = {"axis": "x", "of": "fault_probability", "per_week": 0.14, "n": len(points)}
    visit = tab()
    course = {"points": points, "growth": [grown], "complete": True}
    visit.page.route(f"**/v1/assets/{PUMP}/trend?*", lambda route: route.fulfill(json=course))
    note = visit.open_at(f"assets/{PUMP}").locator("figure figcaption").first
    expect(note).to_contain_text("What the network says")
    assert ("axis x +14 percentage points a week" in note.inner_text()) == told


def test_what_was_commissioned_and_undone_elsewhere_is_shown_as_it_comes(tab: Begin, client: httpx2.Client) -> None:
    Plant(client).add(SAW, "saw", "drive end")
    page = tab().open_at(f"assets/{SAW}")
    summary = page.locator("#assets summary h2")
    expect(summary).to_have_text("Commissioning: not commissioned yet")
    Plant(client).commission(SAW, first=900, count=2)
    expect(summary).to_have_text("Commissioning: 2 healthy recordings")
    client.delete(f"/v1/assets/{SAW}/baseline", params={"version": 1}).raise_for_status()
    expect(summary).to_have_text("Commissioning: not commissioned yet")


def test_a_recording_of_a_point_is_diagnosed_with_all_three_voices(tab: Begin, tmp_path: Path) -> None:
    file = tmp_path / "today.npy"
    file.write_bytes(npy(day(800, 0.0)))
    page = tab().open_at(f"assets/{FAN}")
    page.get_by_role("link", name="Diagnose a recording").click()
    expect(page.locator("#asset-found")).to_contain_text("10 healthy recordings")
    page.set_input_files("#file", file)
    page.click("#more summary")
    page.fill("#rate_hz", "25600")
    page.click("#go")
    expect(page.locator("#report .voice")).to_have_count(3)
    expect(page.locator("#report .voice").last).to_contain_text("times its limit")
    expect(page.locator("#report .verdict .said")).to_have_text("Alarm: outer race")
    expect(page.locator("#report .verdict .do")).to_contain_text("open the bearing")
    expect(page.locator("#report .verdict")).to_contain_text("The network alone: Outer race fault, confidence")
    expect(page.locator("#report figure h3").first).to_have_text("Waveform")
    page.fill("#speed_rpm", "1760")  # there is more to keep in mind then
    page.click("#go")
    expect(page.locator("#report .verdict li")).to_have_count(2)
    assert FAN in page.locator("#report .verdict ul").inner_text()
    report = page.pdf(prefer_css_page_size=True)
    keep("report-asset.pdf", report)
    assert pages(report) == 1
    page.get_by_role("link", name=FAN).click()
    expect(page.locator("#assets .verdict")).to_contain_text("fan, drive end")


def test_a_simulated_recording_is_of_no_real_machine(tab: Begin, client: httpx2.Client) -> None:
    visit = tab()
    page = visit.open_at(f"diagnose/{FAN}")
    expect(page.locator("#asset-found")).to_contain_text("healthy recordings")
    page.wait_for_selector("#demo option[value=sound]", state="attached")
    page.select_option("#demo", "sound")
    expect(page.locator("#asset")).to_have_value("")
    before = client.get("/v1/diagnoses", params={"asset": FAN, "limit": 1}).json()
    page.click("#go")
    expect(page.locator("#report .verdict .said")).to_contain_text("Nothing found")
    assert client.get("/v1/diagnoses", params={"asset": FAN, "limit": 1}).json() == before
    page.get_by_role("link", name="Assets").click()
    page.go_back()
    expect(page.locator("#ask")).to_be_visible()
    page.wait_for_timeout(SETTLED_MS)
    expect(page.locator("#asset")).to_have_value("")
    expect(page.locator("#demo")).to_have_value("sound")
    page.fill("#asset", FAN)
    expect(page.locator("#demo")).to_have_value("")
    expect(page.locator("#speed_rpm")).to_have_value("")


def test_what_was_filled_in_is_found_again_by_who_comes_back(tab: Begin, tmp_path: Path) -> None:
    file = tmp_path / "today.npy"
    file.write_bytes(npy(day(802)))
    page = tab().open_at(f"diagnose/{FAN}")
    expect(page.locator("#asset")).to_have_value(FAN)
    page.set_input_files("#file", file)
    page.fill("#speed_rpm", "1700")
    page.fill("#asset", PUMP)
    for back in (page.go_back, page.get_by_role("link", name="Diagnose", exact=True).click):
        page.get_by_role("link", name="System").click()
        expect(page.get_by_role("heading", name="System")).to_be_visible()
        back()
        expect(page.locator("#ask")).to_be_visible()
        page.wait_for_timeout(SETTLED_MS)
        expect(page.locator("#asset")).to_have_value(PUMP)
        expect(page.locator("#speed_rpm")).to_have_value("1700")
        assert page.locator("#file").evaluate("field => field.files[0].name") == "today.npy"
    page.evaluate(f"location.hash = '#diagnose/{MOTOR}'")
    expect(page.locator("#asset")).to_have_value(MOTOR)


def test_the_point_is_wrong_and_it_is_said_at_its_field(tab: Begin, tmp_path: Path) -> None:
    file = tmp_path / "today.npy"
    file.write_bytes(npy(day(801)))
    page = tab().open()
    page.click("#of-asset summary")
    page.fill("#asset", "nobody")
    page.set_input_files("#file", file)
    page.click("#go")
    expect(page.locator("#asset")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#ask-refusal")).to_contain_text("there is no asset nobody")


def test_the_keyboard_leads_from_page_to_page(tab: Begin) -> None:
    page = tab().open_at("assets")
    page.focus("#skip")
    page.keyboard.press("Enter")
    expect(page.locator("#assets")).to_be_focused()
    page.locator(".point").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#assets .verdict")).to_contain_text("fan, drive end")
    expect(page).to_have_title("Assets · Brinell")
