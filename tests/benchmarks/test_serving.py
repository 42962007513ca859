"""The bench of servers: its loads, its pages, and that it does not time what answers otherwise."""

import asyncio
import base64
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from benchmarks.agreement import Disagreement
from benchmarks.assets.measuring import Remembered
from benchmarks.assets.page import ASSETS
from benchmarks.commands import MEASURED
from benchmarks.process import WorkerError
from benchmarks.results import Machine
from benchmarks.serving.closed_loop import rush
from benchmarks.serving.environments import NotInstalled, environment
from benchmarks.serving.hosts import OURS, Host
from benchmarks.serving.open_loop import OpenLoop
from benchmarks.serving.page import SERVE, page
from benchmarks.serving.questions import BINARY, JSON, Question, nested, protocol_binary
from benchmarks.serving.race import hold
from benchmarks.serving.results import Served, StoreCost, Turn
from benchmarks.serving.server import running
from benchmarks.serving.soak import Soak, Stretch
from benchmarks.serving.soak_page import SOAK as SOAKED
from benchmarks.serving.targets import targets
from models.bundle import MODEL, PRETRAINED, Bundle
from models.graph import Graph

ASKED = Question("/", {"Content-Type": "application/octet-stream"}, b"window")
MACHINE = Machine(processor="Some 1000", cores=2, memory_gib=8, system="Linux", python="3.11.7", versions={})


def turn(server: str, body: str, added_us: float, windows: int = 1) -> Turn:
    return Turn(
        server=server, body=body, windows=windows, bare_us=(200, 210), rush_us=(200 + added_us, 210 + added_us),
        rush_per_s=(1000, 1100), steady_us=(250 + added_us, 260 + added_us), p50_ms=(2, 2), p99_ms=(6, 14),
        late_ms=(0.1, 0.1), asked=1000, failed=0,
    )  # fmt: skip


SERVED = Served(
    machine=MACHINE,
    bundle="order/1.0.0",
    rounds=2,
    quick=False,
    connections=16,
    load=1.5,
    turns=(
        turn("brinell", JSON, 140), turn("mlserver", JSON, 500), turn("litserve", JSON, 1600),
        turn("brinell", BINARY, 120), turn("brinell", BINARY, 130, windows=8),
    ),
    resident_mib={"brinell": 164, "mlserver": 190},
    not_run={"ray": "ray cannot be installed: no such version"},
    store=StoreCost(
        asked="0.25 s", cpu_us={"none": (9000, 9100), "power-safe": (9200, 9350)},
        per_s={"none": (200, 201), "power-safe": (190, 191)},
    ),
)  # fmt: skip
SOAK = Soak(
    machine=MACHINE, asked="one window", per_s=500, seconds=100, load=(1, 2),
    stretches=tuple(
        Stretch(asked=5000, failed=0, p50_ms=2, p99_ms=5, resident_mib=mib)
        for mib in (100, 150, 160, 160, 161, 160, 162, 160, 163, 164)
    ),
)  # fmt: skip


def test_page_and_picture_are_made_again_from_the_raw_results(tmp_path: Path) -> None:
    SERVE.write(SERVED, tmp_path)
    files = [tmp_path / name for name in ("serve.json", "serve.md", "serve.png")]
    first = [file.read_bytes() for file in files]
    for file in files[1:]:
        file.unlink()
    SERVE.rewrite(tmp_path)
    assert [file.read_bytes() for file in files] == first
    assert Served.read(files[0]) == SERVED


def test_the_committed_pages_are_what_their_raw_results_say() -> None:
    served = Served.read(MEASURED / SERVE.raw)
    assert (MEASURED / SERVE.page).read_text(encoding="utf-8") == page(served)
    soak = Soak.read(MEASURED / SOAKED.raw)
    assert (MEASURED / SOAKED.page).read_text(encoding="utf-8") == SOAKED.page_of(soak)
    remembered = Remembered.read(MEASURED / ASSETS.raw)
    assert (MEASURED / ASSETS.page).read_text(encoding="utf-8") == ASSETS.page_of(remembered)


def test_the_page_tells_what_was_not_run_and_why() -> None:
    assert "| Ray Serve | ray cannot be installed: no such version |" in page(SERVED)


def test_what_a_server_adds_is_taken_round_by_round() -> None:
    assert turn("brinell", JSON, 140).added_us.median == 140


def test_targets_are_reached_or_missed() -> None:
    found = {each.title: (each.value.median, each.reached) for each in targets(SERVED)}
    assert found == {
        "CPU added to the graph, binary, no store, microseconds": (120, True),
        "the same with the power-safe store's share, microseconds": (345, False),
        "CPU added in JSON, over that of mlserver, the best other": (0.28, True),
        f"p99 over p50 at 80 %, {JSON}, 1 a request": (5.0, True),
        f"p99 over p50 at 80 %, {BINARY}, 1 a request": (5.0, True),
        f"p99 over p50 at 80 %, {BINARY}, 8 a request": (5.0, True),
    }


def test_growth_is_seen_after_the_warming_up() -> None:
    assert SOAK.growth == pytest.approx(163.5 / 160 - 1)
    assert "+2.2%" in SOAKED.page_of(SOAK)


@contextmanager
def answering(status: int, pause_s: float = 0.0) -> Iterator[int]:
    """A server that answers everything with `status`, one request after the other, each after `pause_s`; its port."""
    loop, ports = asyncio.new_event_loop(), []
    one_at_a_time = asyncio.Lock()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length"))
            assert await reader.readexactly(length) == ASKED.body
            async with one_at_a_time:
                await asyncio.sleep(pause_s)
            writer.write(b"HTTP/1.1 %d Said\r\nContent-Length: 2\r\n\r\nok" % status)

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        started.set()

    started = threading.Event()
    loop.set_exception_handler(lambda *_: None)  # clients that go are what is expected
    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.run_forever()))
    thread.start()
    started.wait(10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def driven(port: int, per_s: float, seconds: float) -> dict[str, float]:
    return OpenLoop(port, [base64.b64encode(ASKED.as_bytes(port)).decode()]).drive(per_s, seconds)


def test_the_open_loop_keeps_its_rate() -> None:
    with answering(200) as port:
        found = driven(port, per_s=100, seconds=1)
    assert (found["asked"], found["failed"]) == (100, 0)
    assert 0 < found["p50_ms"] < 200


def test_the_open_loop_counts_what_a_slow_server_makes_others_wait() -> None:
    # 25 requests in half a second, of 50 ms each, one after the other: the last waits for most of a second.
    with answering(200, pause_s=0.05) as port:
        found = driven(port, per_s=50, seconds=0.5)
    assert found["failed"] == 0
    assert found["p99_ms"] > 600


def test_the_open_loop_counts_refusals() -> None:
    with answering(503) as port:
        found = driven(port, per_s=20, seconds=0.5)
    assert found["failed"] == found["asked"] == 10


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_the_closed_loop_counts_answers_and_refusals() -> None:
    with answering(200) as port:
        good = rush(port, [ASKED, ASKED], connections=2, seconds=1)
    assert good.answered > 10
    assert good.failed == 0
    with answering(503) as port:
        bad = rush(port, [ASKED], connections=2, seconds=1)
    assert bad.failed == bad.answered


def test_what_cannot_be_installed_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match="nothing cannot be installed: ERROR"):
        environment("nothing", [str(tmp_path / "no-such-wheel.whl")], tmp_path)


def test_a_server_that_ends_is_told_with_its_last_words() -> None:
    def command(folder: Path, port: int, place: Path) -> tuple[list[str], dict[str, str]]:
        return [sys.executable, "-c", "raise SystemExit('no port for me')"], {}

    broken = Host("broken", "Broken", OURS.asked, OURS.logits, command)
    with pytest.raises(WorkerError, match="ended with status 1: no port for me"), running(broken, Path(), ASKED):
        pass


def test_our_server_answers_as_the_graph_does_and_its_cost_is_seen() -> None:
    bundle = Bundle.load(PRETRAINED / "order" / "1.0.0")
    windows = bundle.golden().windows[:8]
    wanted = Graph(bundle.folder / MODEL).run(windows).logits
    with running(OURS, bundle.folder / MODEL, protocol_binary(windows[:1])) as server:
        before = server.cpu_s()
        hold(OURS, server, windows, wanted)
        with pytest.raises(Disagreement, match="does not compute the same"):
            hold(OURS, server, windows, wanted + np.float32(0.1))
        for _ in range(20):
            assert server.ask(protocol_binary(windows))[0] == 200
        assert server.cpu_s() > before
        assert server.resident_mib() > 50


def test_numbers_are_sent_as_short_as_a_float_is_written() -> None:
    windows = np.full((2, 1, 2), 0.1, dtype=np.float32)
    assert nested("/")(windows).body == b'{"windows":[[[0.1,0.1]],[[0.1,0.1]]]}'
