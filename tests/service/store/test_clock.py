"""A wall clock that jumps under a service at work: nothing is lost, and only the time that it tells is wrong."""

import itertools
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from tests.service.faults import WallClock
from tests.service.process import ROOT
from tests.service.store.served import holds_each_once, load, served

JUMPS = {"-1h": timedelta(hours=-1), "+1d": timedelta(days=1), "+0": timedelta()}


def said(answer: dict[str, Any]) -> dict[str, Any]:
    """What does not depend on when it was asked."""
    return {name: value for name, value in answer.items() if name not in ("id", "request_id", "timing")}


def test_what_is_answered_while_the_clock_jumps_is_stored_once_and_in_order(
    tmp_path: Path, wall_clock: WallClock
) -> None:
    with served(state=tmp_path) as service:
        before = service.ask("before").json()
        in_order = [before["id"]]
        with load(service) as told:
            for turn, (offset, jump) in enumerate(JUMPS.items(), start=1):
                wall_clock.set(offset)
                for number in range(10):
                    key = f"{turn}-{number}"
                    told.answers[key] = service.ask(key).raise_for_status().json()
                    in_order.append(told.answers[key]["id"])
                listed = service.client.get("/v1/diagnoses", params={"limit": 1}).json()["diagnoses"]
                off = datetime.fromisoformat(listed[0]["time"]) - datetime.now(UTC) - jump
                assert abs(off) < timedelta(minutes=1)  # the clock has really jumped
                told.wait_for(30 * turn)
        told.answers["before"] = before
        assert told.open == set()  # nothing was refused
        assert all(said(answer) == said(before) for answer in told.answers.values())
        assert in_order == sorted(set(in_order))
        holds_each_once(service, told)


def test_pages_go_on_while_the_clock_jumps(tmp_path: Path, wall_clock: WallClock) -> None:
    offsets = itertools.cycle(JUMPS)
    with served(state=tmp_path) as service:
        there = []
        for _ in range(60):
            wall_clock.set(next(offsets))
            there.append(service.ask().json()["id"])
        found: list[str] = []
        query: dict[str, Any] = {"limit": 7}
        while query.get("cursor", "") is not None:
            wall_clock.set(next(offsets))
            page = service.client.get("/v1/diagnoses", params=query).raise_for_status().json()
            found += [diagnosis["id"] for diagnosis in page["diagnoses"]]
            query["cursor"] = page["next"]
            service.ask()  # what comes meanwhile changes nothing
        assert found == there[::-1]


def test_a_clock_that_jumps_ahead_makes_nothing_old(tmp_path: Path, wall_clock: WallClock) -> None:
    with served(state=tmp_path, keep_days=0.5) as service:
        there = [service.ask().json()["id"] for _ in range(5)]
    with served(state=tmp_path, keep_days=0.5) as service:
        wall_clock.set("+1d")
        there.append(service.ask().json()["id"])  # after the first commit the store is swept
        time.sleep(1)
        wall_clock.set("-1h")
        there.append(service.ask().json()["id"])
        assert [diagnosis["id"] for diagnosis in service.stored()] == there[::-1]


def test_limits_deadlines_and_keys_go_by_the_time_that_passes(tmp_path: Path, wall_clock: WallClock) -> None:
    with served(state=tmp_path, auth="keys", requests_per_minute=60) as service:

        def brinell(*words: str) -> str:
            command = [str(service.process.args[0]), "-m", "brinell", "keys", *words]  # type: ignore[index]
            environment = {"BRINELL_STATE": str(tmp_path)}
            return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

        key = brinell("api", "tester").strip()
        service.client.headers["Authorization"] = f"Bearer {key}"

        def models() -> httpx2.Response:
            return service.client.get("/v1/models")

        while models().status_code == 200:
            pass
        wall_clock.set("+1d")
        assert models().status_code == 429  # a day that has not passed gives no new allowance
        wall_clock.set("-1h")
        time.sleep(2)
        assert models().status_code == 200  # and an hour that comes again takes none
        time.sleep(4)
        assert service.ask().status_code == 200
        late = service.client.post(
            "/v1/diagnose?rate_hz=50000", content=bytes(4 * 30_000_000), headers={"X-Deadline-Ms": "100"}
        )
        assert late.status_code in (503, 504)
        assert "deadline" in late.json()["reason"]
        brinell("revoke", key.split("_")[1])
        time.sleep(6)
        models()  # has the keys read again
        time.sleep(1)
        assert models().status_code == 401
