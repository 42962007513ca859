"""`GET /v1/live` in a real process: what changes comes, a session's end is the stream's, and there are not too many."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from service.live.streams import MOST_OF_ONE
from service.settings import Settings
from tests.service.assets.healthy import day, lines
from tests.service.assets.test_growing_fault import FAN
from tests.service.process import brinell
from tests.service.running import Running, running

SOON_S = 15
BASELINE = "/v1/assets/fan.de/baseline"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("live")
    # A copy: which bundles answer is changed, and kept beside them.
    bundles = shutil.copytree(Settings().bundles, folder / "bundles")
    with running(auth="none", state=folder, bundles=bundles) as started:
        yield started


def events(stream: Any) -> Iterator[tuple[str, Any]]:
    """Name and data of each, comments as `comment`."""
    name = ""
    for line in stream.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
        elif line.startswith(":"):
            yield "comment", None


def test_what_changes_about_a_machine_is_told_by_its_id(service: Running) -> None:
    with httpx2.Client(base_url=service.url, timeout=SOON_S) as client, client.stream("GET", "/v1/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        time.sleep(1)  # until it has had its first look
        client.post("/v1/assets", json=FAN).raise_for_status()
        assert ("assets", {"changed": ["fan.de"]}) in some(stream, "assets")
        client.post("/v1/assets/fan.de/acknowledge", json={"by": "J. Mazur"}).raise_for_status()
        assert ("assets", {"changed": ["fan.de"]}) in some(stream, "assets")
        finding = {"asset": "fan.de", "finding": "normal", "opened": "2026-01-01T00:00:00Z", "by": "J. Mazur"}
        client.post("/v1/feedback", json=finding).raise_for_status()
        assert ("assets", {"changed": ["fan.de"]}) in some(stream, "assets")
        healthy = lines([day(number) for number in range(2)])
        client.post(BASELINE, content=healthy, headers={"Content-Type": "application/x-ndjson"}).raise_for_status()
        assert ("assets", {"changed": ["fan.de"]}) in some(stream, "assets")
        client.delete(BASELINE, params={"version": 1}).raise_for_status()
        assert ("assets", {"changed": ["fan.de"]}) in some(stream, "assets")


def some(stream: Any, name: str) -> list[tuple[str, Any]]:
    """Events until one of this name comes; a stream gives its lines once, so it is asked for by one iterator."""
    found = []
    lines = stream.__dict__.setdefault("told", events(stream))
    for event in lines:
        found.append(event)
        if event[0] == name:
            return found
    return found


def test_where_nothing_changes_a_heartbeat_comes(service: Running) -> None:
    with httpx2.Client(base_url=service.url, timeout=SOON_S) as client, client.stream("GET", "/v1/live") as stream:
        assert ("comment", None) in some(stream, "comment")


def test_which_bundles_answer_and_how_the_service_fares_is_told(service: Running) -> None:
    with httpx2.Client(base_url=service.url, timeout=SOON_S) as client, client.stream("GET", "/v1/live") as stream:
        time.sleep(1)
        client.post("/v1/models/time/unload").raise_for_status()
        told = dict(some(stream, "models") + some(stream, "system"))
        assert told["system"]["bundles"] == ["aligned/1.0.0", "order/1.0.0"]
        client.post("/v1/models/time/load").raise_for_status()


def test_more_streams_than_one_may_have_are_refused_until_one_is_closed(service: Running) -> None:
    with httpx2.Client(base_url=service.url, timeout=SOON_S, limits=httpx2.Limits(max_connections=20)) as client:
        opened = [client.stream("GET", "/v1/live") for _ in range(MOST_OF_ONE)]
        streams = [each.__enter__() for each in opened]
        assert {stream.status_code for stream in streams} == {200}
        refused = client.get("/v1/live")
        assert (refused.status_code, refused.json()["field"]) == (429, "streams")
        assert int(refused.headers["retry-after"]) > 0
        for each in opened:
            each.__exit__(None, None, None)
        deadline = time.monotonic() + SOON_S
        while time.monotonic() < deadline:
            with client.stream("GET", "/v1/live") as again:
                if again.status_code == 200:
                    return
            time.sleep(0.2)
        raise AssertionError("the places of closed streams are not given back")


def test_a_stream_ends_with_its_session_and_with_its_key(tmp_path: Path) -> None:
    with running(auth="keys", state=tmp_path) as service:
        key = brinell("keys", "api", "onlooker", state=tmp_path)
        with httpx2.Client(base_url=service.url, timeout=SOON_S) as browser:
            assert browser.get("/v1/live").status_code == 401
            token = browser.post("/v1/session", json={"key": key}).json()["csrf"]
            with browser.stream("GET", "/v1/live") as stream:
                assert stream.status_code == 200
                browser.delete("/v1/session", headers={"X-CSRF-Token": token}).raise_for_status()
                assert some(stream, "ended")[-1] == ("ended", {})
            with browser.stream("GET", "/v1/live", headers={"X-API-Key": key}) as stream:
                brinell("keys", "revoke", key.split("_")[1], state=tmp_path)
                assert some(stream, "ended")[-1] == ("ended", {})


def test_a_service_that_is_told_to_stop_waits_for_nobody_who_looks_on(tmp_path: Path) -> None:
    with running(auth="none", state=tmp_path) as service:
        with httpx2.Client(base_url=service.url, timeout=SOON_S) as client, client.stream("GET", "/v1/live") as stream:
            assert stream.status_code == 200
            began = time.monotonic()
            service.process.terminate()
            list(events(stream))
            service.process.wait(timeout=SOON_S)
        assert time.monotonic() - began < 5
