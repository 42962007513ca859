"""Downloading, against a server on this machine that can break off, refuse to resume, and serve other bytes."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from data.datasets import Dataset, Entry
from data.datasets.jnu import JNU
from data.errors import DatasetError
from data.fetch import ATTEMPTS, checksum_of, fetch

CHECKOUT = Path(__file__).resolve().parents[2]
CONTENT = "".join(f"{value:.5f}\n" for value in np.random.default_rng(0).normal(size=60_000)).encode()


@dataclass
class Server:
    """What it serves, how it misbehaves, and what it was asked for."""

    content: bytes = CONTENT
    status: int = 200
    ranges: bool = True
    break_after: int | None = None
    hold_after: int | None = None
    go_on: threading.Event = field(default_factory=threading.Event)
    breaks_left: int = 0
    asked: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""


def handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            server.asked.append(asked)
            server.paths.append(self.path)
            if server.status != 200:
                self.send_error(server.status)
                return
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and server.ranges else 0
            if start >= len(server.content):
                self.send_error(416)
                return
            body = server.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
            self.end_headers()
            if server.breaks_left:
                server.breaks_left -= 1
                body = body[: server.break_after]
            if server.hold_after:
                self.wfile.write(body[: server.hold_after])
                server.go_on.wait(30)
                body = body[server.hold_after :]
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler(state))
    state.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield state
    state.go_on.set()
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def dataset(server: Server) -> Dataset:
    checksum = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
    entry = replace(JNU.entries[3], url=f"{server.url}/home.csv", size=len(CONTENT), checksum=checksum)
    return replace(JNU, entries=(entry,))


class Seen:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int | None]] = []

    def __call__(self, done: int, total: int | None) -> None:
        self.steps.append((done, total))


def entry_of(dataset: Dataset) -> Entry:
    return dataset.entries[0]


def part_of(dataset: Dataset, root: Path) -> Path:
    return root / dataset.name / f"{entry_of(dataset).file}.part"


def without_checksum(dataset: Dataset) -> Dataset:
    return replace(dataset, entries=(replace(entry_of(dataset), checksum=None, size=None),))


def test_a_recording_comes_whole_and_reads(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    seen = Seen()
    path = fetch(dataset, entry_of(dataset), tmp_path, seen)
    assert path == tmp_path / "jnu" / entry_of(dataset).file
    assert path.read_bytes() == CONTENT
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert seen.steps[0] == (0, len(CONTENT))
    assert seen.steps[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in seen.steps] == sorted(done for done, _ in seen.steps)
    assert dataset.load(tmp_path, entry_of(dataset)).samples.size == 60_000


def test_what_is_here_is_left_alone_and_not_asked_for(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "jnu" / entry_of(dataset).file
    path.parent.mkdir()
    path.write_text("mine")
    assert fetch(dataset, entry_of(dataset), tmp_path, Seen()) == path
    assert path.read_text() == "mine"
    assert server.asked == []


def test_a_transfer_that_breaks_goes_on_from_there_by_itself(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    server.break_after, server.breaks_left = 100_000, 2
    path = fetch(dataset, entry_of(dataset), tmp_path, Seen())
    assert path.read_bytes() == CONTENT
    assert len(server.asked) == 3
    assert server.asked[0] is None
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in server.asked[1:] if asked]
    assert 0 < starts[0] < starts[1] <= 200_000


def test_a_download_that_was_killed_goes_on_at_the_next_call(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    server.break_after, server.breaks_left = 50_000, ATTEMPTS
    with pytest.raises(DatasetError, match=r"broke off after \d+ bytes.*run it again, it goes on from there"):
        fetch(dataset, entry_of(dataset), tmp_path, Seen())
    have = part_of(dataset, tmp_path).stat().st_size
    assert have > 50_000
    assert dataset.present(tmp_path) == ()
    server.asked.clear()
    seen = Seen()
    path = fetch(dataset, entry_of(dataset), tmp_path, seen)
    assert server.asked == [f"bytes={have}-"]
    assert seen.steps[0] == (have, len(CONTENT))
    assert path.read_bytes() == CONTENT
    assert not part_of(dataset, tmp_path).exists()


def test_a_killed_process_leaves_what_the_next_one_goes_on_from(
    server: Server, recording_file: Callable[[str], Path], tmp_path: Path
) -> None:
    server.content = recording_file("jnu/ib600_2.csv").read_bytes()
    server.hold_after = 1_000_000
    words = [
        sys.executable,
        "-c",
        "from data.commands import app; app()",
        "fetch",
        "jnu/ib600_2",
        "--mirror",
        server.url,
    ]
    environment = os.environ | {"BRINELL_DATA": str(tmp_path)}
    part = tmp_path / "jnu" / "ib600_2.csv.part"
    process = subprocess.Popen(words, env=environment, cwd=CHECKOUT, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (part.exists() and part.stat().st_size > 900_000):
        time.sleep(0.02)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    have = part.stat().st_size
    assert 900_000 < have <= 1_000_000
    assert JNU.present(tmp_path) == ()

    server.hold_after = None
    again = subprocess.run(words, env=environment, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert "ib600_2" in again.stdout
    assert server.asked == [None, f"bytes={have}-"]
    assert (tmp_path / "jnu" / "ib600_2.csv").read_bytes() == server.content
    assert not part.exists()


def test_a_server_that_cannot_resume_sends_it_anew(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    part_of(dataset, tmp_path).parent.mkdir()
    part_of(dataset, tmp_path).write_bytes(b"x" * 1000)
    server.ranges = False
    assert fetch(dataset, entry_of(dataset), tmp_path, Seen()).read_bytes() == CONTENT


def test_a_remnant_longer_than_the_file_is_dropped(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    part_of(dataset, tmp_path).parent.mkdir()
    part_of(dataset, tmp_path).write_bytes(b"x" * (len(CONTENT) + 1))
    assert fetch(dataset, entry_of(dataset), tmp_path, Seen()).read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_a_remnant_that_is_complete_is_not_asked_for_again(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    part_of(dataset, tmp_path).parent.mkdir()
    part_of(dataset, tmp_path).write_bytes(CONTENT)
    assert fetch(dataset, entry_of(dataset), tmp_path, Seen()).read_bytes() == CONTENT
    assert server.asked == []


def test_a_remnant_of_another_file_is_found_out_and_dropped(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    part_of(dataset, tmp_path).parent.mkdir()
    part_of(dataset, tmp_path).write_bytes(b"0.5\n" * 1000)
    with pytest.raises(DatasetError, match="not the published file"):
        fetch(dataset, entry_of(dataset), tmp_path, Seen())
    assert not part_of(dataset, tmp_path).exists()
    assert fetch(dataset, entry_of(dataset), tmp_path, Seen()).read_bytes() == CONTENT


def test_other_bytes_than_the_published_never_get_the_published_name(
    server: Server, dataset: Dataset, tmp_path: Path
) -> None:
    server.content = CONTENT.replace(b"0", b"1", 1)
    with pytest.raises(DatasetError, match=r"not the published file.*sha256"):
        fetch(dataset, entry_of(dataset), tmp_path, Seen())
    assert list((tmp_path / "jnu").iterdir()) == []


def test_an_md5_is_checked_too(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    entry = replace(entry_of(dataset), checksum=f"md5:{hashlib.md5(CONTENT).hexdigest()}")
    path = fetch(dataset, entry, tmp_path, Seen())
    assert checksum_of(path, "md5") == entry.checksum


def test_without_a_checksum_nothing_is_resumed_and_the_file_must_read(
    server: Server, dataset: Dataset, tmp_path: Path
) -> None:
    unchecked = without_checksum(dataset)
    part_of(dataset, tmp_path).parent.mkdir()
    part_of(dataset, tmp_path).write_bytes(CONTENT[:1000])
    assert fetch(unchecked, entry_of(unchecked), tmp_path, Seen()).read_bytes() == CONTENT
    assert server.asked == [None]


@pytest.mark.parametrize(
    "content", [b"<html>moved</html>\n", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"]
)
def test_a_page_in_place_of_the_file_is_found_out_without_a_checksum(
    server: Server, dataset: Dataset, tmp_path: Path, content: bytes
) -> None:
    server.content = content
    unchecked = without_checksum(dataset)
    with pytest.raises(DatasetError, match="is damaged"):
        fetch(unchecked, entry_of(unchecked), tmp_path, Seen())
    assert list((tmp_path / "jnu").iterdir()) == []


def test_a_file_that_is_not_there_is_said_with_its_address(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    server.status = 404
    with pytest.raises(DatasetError, match=r"home\.csv: the server answered 404"):
        fetch(dataset, entry_of(dataset), tmp_path, Seen())
    assert len(server.asked) == 1


def test_a_server_that_does_not_answer_is_said_with_its_address(dataset: Dataset, tmp_path: Path) -> None:
    entry = replace(entry_of(dataset), url="http://127.0.0.1:9/x.csv")
    with pytest.raises(DatasetError, match=r"http://127\.0\.0\.1:9/x\.csv.*check the network, or give a mirror"):
        fetch(dataset, entry, tmp_path, Seen())


def test_a_mirror_is_asked_by_dataset_and_file(server: Server, dataset: Dataset, tmp_path: Path) -> None:
    entry = replace(entry_of(dataset), url="http://127.0.0.1:9/x.csv")
    fetch(dataset, entry, tmp_path, Seen(), mirror=f"{server.url}/recordings/")
    assert server.paths == [f"/recordings/jnu/{entry.file}"]
