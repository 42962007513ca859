"""Many recordings or channels in one request: a line for each, as it is known, and none takes another down."""

import asyncio
import gzip
import io
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import numpy as np
import pytest
import soundfile
from fastapi import FastAPI
from starlette.testclient import TestClient

from data.recording import Recording
from service.app import create_app
from service.settings import Settings
from tests.service.asking import Simulated, post
from tests.service.listening import listening
from tests.service.running import running

NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def recording(simulated: Simulated) -> Recording:
    return simulated(seconds=1.0)


def question(recording: Recording, **more: Any) -> bytes:
    facts = {"samples": recording.samples.tolist(), "rate_hz": recording.rate_hz, "speed_rpm": 1800, "bearing": "6205"}
    return json.dumps(facts | more).encode()


def lines(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_each_line_is_answered_as_it_would_be_alone(client: TestClient, recording: Recording) -> None:
    alone = post(client, recording, speed_rpm=1800, bearing="6205")
    body = b"\n".join(question(recording, channel=name) for name in ("DE", "FE"))
    found = lines(client.post("/v1/diagnose/batch", content=body, headers=NDJSON))
    assert [line["number"] for line in found] == [1, 2]
    for line, name in zip(found, ("DE", "FE"), strict=True):
        assert line["error"] is None
        assert line["diagnosis"]["signal"].pop("channel") == name
        for changing in ("timing", "request_id", "id"):
            line["diagnosis"].pop(changing)
        assert {**line["diagnosis"], "signal": None} == {
            **{name: each for name, each in alone.items() if name not in ("timing", "request_id", "id")},
            "signal": None,
        }


def test_a_bad_line_gives_an_error_with_its_number_and_the_rest_goes_on(
    client: TestClient, recording: Recording
) -> None:
    good = question(recording)
    bad = [b"{", b'{"samples": [1, 2]}', b'{"samples": "x", "speed": 3}', question(recording, bundle="nope")]
    body = b"\n".join([good, b"", *bad, good])
    found = lines(client.post("/v1/diagnose/batch", content=body, headers=NDJSON))
    assert [line["number"] for line in found] == [1, 3, 4, 5, 6, 7]
    assert [line["error"] is None for line in found] == [True, False, False, False, False, True]
    assert [line["error"]["field"] for line in found[1:5]] == ["body", "samples", "samples", "bundle"]
    assert {line["error"]["status"] for line in found[1:5]} == {422}
    assert all(line["error"]["what_to_do"] for line in found[1:5])


def test_what_the_query_says_holds_for_every_line(client: TestClient, recording: Recording) -> None:
    body = b'{"samples": %s}\n' % json.dumps(recording.samples.tolist()).encode() * 2
    found = lines(
        client.post(f"/v1/diagnose/batch?rate_hz={recording.rate_hz}&unit=m/s2", content=body, headers=NDJSON)
    )
    assert [line["diagnosis"]["signal"]["unit"] for line in found] == ["m/s2", "m/s2"]


def test_lines_may_come_in_gzip(client: TestClient, recording: Recording) -> None:
    body = gzip.compress(question(recording) + b"\n" + question(recording))
    found = lines(client.post("/v1/diagnose/batch", content=body, headers=NDJSON | {"Content-Encoding": "gzip"}))
    assert [line["diagnosis"]["verdict"] for line in found] == ["diagnosed"] * 2


@pytest.mark.parametrize(
    ("body", "packed", "field"),
    [
        (b"{}\n" + bytes(3 << 20), True, "length"),
        (b"{}\n" + bytes(3 << 20), False, "length"),
        (b"{}\n", None, "content_encoding"),
    ],
)
def test_what_cannot_be_read_to_its_end_ends_with_a_line_that_says_so(
    body: bytes, packed: bool | None, field: str
) -> None:
    content = gzip.compress(body) if packed else body
    headers = NDJSON | ({} if packed is False else {"Content-Encoding": "gzip"})
    with TestClient(create_app(Settings(max_body_mib=2, max_json_mib=1))) as client:
        found = lines(client.post("/v1/diagnose/batch", content=iter([content[:10], content[10:]]), headers=headers))
    assert found[-1]["error"]["field"] == field


def test_a_line_over_the_limit_of_text_is_refused_and_the_next_goes_on(recording: Recording) -> None:
    body = b'{"samples": [%s]}\n' % (b"0.5, " * 300_000) + question(recording)
    with TestClient(create_app(Settings(max_json_mib=1))) as client:
        found = lines(client.post("/v1/diagnose/batch", content=body, headers=NDJSON))
    assert [line["number"] for line in found] == [1, 2]
    assert (found[0]["error"]["field"], found[0]["error"]["status"]) == ("length", 413)
    assert found[1]["diagnosis"]["verdict"] == "diagnosed"


def test_every_channel_of_a_file_is_diagnosed_and_a_bad_one_said(client: TestClient, recording: Recording) -> None:
    broken = recording.samples.copy()
    broken[7] = np.nan
    stream = io.BytesIO()
    columns = np.column_stack([recording.samples, broken, np.zeros_like(broken)])
    soundfile.write(stream, columns, 48_000, subtype="FLOAT", format="WAV")
    answer = client.post(
        "/v1/diagnose/batch?speed_rpm=1800&bearing=6205",
        content=stream.getvalue(),
        headers={"Content-Type": "audio/wav"},
    )
    found = lines(answer)
    assert [line["number"] for line in found] == [1, 2, 3]
    assert found[0]["diagnosis"]["verdict"] == "diagnosed"
    assert found[0]["diagnosis"]["signal"]["channel"] == "1"
    assert "sample 7 is nan" in found[1]["error"]["reason"]
    assert found[2]["diagnosis"]["verdict"] == "sensor_fault"


def test_several_files_in_a_form_are_answered_by_their_names(client: TestClient, recording: Recording) -> None:
    npy = io.BytesIO()
    np.save(npy, recording.samples)
    parts = [
        ("file", ("pump.npy", npy.getvalue())),
        ("file", ("bad.wav", b"RIFF")),
        ("file", ("fan.npy", npy.getvalue())),
    ]
    found = lines(client.post("/v1/diagnose/batch", files=parts, data={"rate_hz": "48000", "speed_rpm": "1800"}))
    assert [line["number"] for line in found] == [1, 2, 3]
    assert (found[0]["source"], found[2]["source"]) == ("pump.npy", "fan.npy")
    assert "bad.wav" in found[1]["error"]["reason"]


def test_a_file_that_takes_longer_to_read_than_its_deadline_is_the_last_line(
    client: TestClient, recording: Recording
) -> None:
    npy = io.BytesIO()
    np.save(npy, recording.samples)
    parts = [
        ("file", ("pump.npy", npy.getvalue())),
        ("file", ("slow.csv", b"1\n" * (15 << 20))),
        ("file", ("fan.npy", npy.getvalue())),
    ]
    post(client, recording)  # what is imported late is imported
    found = lines(client.post("/v1/diagnose/batch?rate_hz=48000", files=parts, headers={"X-Deadline-Ms": "500"}))
    assert [line["error"] and line["error"]["status"] for line in found] == [None, 504]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"x", {"Content-Type": "text/plain"}, 415),
        (b"x", NDJSON | {"Content-Encoding": "br"}, 415),
        (b"x", {"Content-Type": "application/x-npy"}, 422),
        (b"", {"Content-Type": "multipart/form-data"}, 422),
    ],
)
def test_what_cannot_be_read_at_all_is_a_refusal(
    client: TestClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/v1/diagnose/batch", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["what_to_do"]


@pytest.mark.parametrize(("content", "headers"), [(b"", NDJSON), (b"\n \n", NDJSON), (b"", {})])
def test_nothing_to_answer_is_a_refusal(client: TestClient, content: bytes, headers: dict[str, str]) -> None:
    answer = client.post("/v1/diagnose/batch?rate_hz=12000", content=content, headers=headers)
    assert answer.status_code == 422


def asked(app: FastAPI) -> int:
    """How many diagnoses the service has made."""
    return int(app.state.metrics.registry.get_sample_value("brinell_stage_seconds_count", {"stage": "total"}) or 0)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings())


@pytest.fixture(scope="module")
def port(app: FastAPI) -> Iterator[int]:
    with listening(app) as port:
        yield port


def head(length: int | None = None, *more: str) -> bytes:
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    kind = "Content-Type: application/x-ndjson"
    return "\r\n".join(("POST /v1/diagnose/batch HTTP/1.1", "Host: localhost", kind, size, *more, "", "")).encode()


def test_a_batch_of_more_lines_than_can_be_held_weighs_what_its_bytes_weigh() -> None:
    body = gzip.compress(b"1\n" * (16 << 20))
    with running(auth="none") as service, socket.create_connection(("127.0.0.1", service.port), timeout=60) as asking:
        before = service.process.memory_info().rss
        asking.sendall(head(len(body), "Content-Encoding: gzip") + body)
        most, until = 0, time.monotonic() + 5
        while time.monotonic() < until:
            assert asking.recv(1 << 16)
            most = max(most, service.process.memory_info().rss)
        assert httpx2.get(f"{service.url}/healthz", timeout=5).status_code == 200
    assert most - before < 64 << 20


def test_lines_of_nothing_cost_next_to_nothing(client: TestClient) -> None:
    for blank in (b"\n", b" \n"):
        body = gzip.compress(blank * (32 << 20) + b"1\n")
        began = time.process_time()
        [answer] = lines(client.post("/v1/diagnose/batch", content=body, headers=NDJSON | {"Content-Encoding": "gzip"}))
        assert answer["number"] == (32 << 20) + 1
        assert time.process_time() - began < 10


def test_an_answer_comes_before_the_next_question_is_sent(port: int, recording: Recording) -> None:
    async def talk() -> list[dict[str, Any]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head())
        found = []
        for number in range(3):
            line = question(recording, channel=str(number)) + b"\n"
            writer.write(b"%x\r\n%s\r\n" % (len(line), line))
            await writer.drain()
            while not (answer := await asyncio.wait_for(reader.readline(), 20)).startswith(b"{"):
                pass
            found.append(json.loads(answer))
        writer.write(b"0\r\n\r\n")
        rest = await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 20)
        assert b"{" not in rest
        writer.close()
        return found

    assert [line["diagnosis"]["signal"]["channel"] for line in asyncio.run(talk())] == ["0", "1", "2"]


def test_a_client_that_sends_all_before_it_reads_is_not_waited_for(port: int) -> None:
    # More than the buffers between us hold, in both directions: a hundred things are wrong with each line.
    line = json.dumps({f"f{number}": 1 for number in range(100)}).encode() + b" " * 8_000 + b"\n"
    body = line * 1_000
    with socket.create_connection(("127.0.0.1", port), timeout=60) as asking:
        asking.sendall(head(len(body)) + body)
        answered = 0
        while chunk := asking.recv(1 << 16):
            answered += chunk.count(b'"number":')
            if b"\r\n0\r\n\r\n" in chunk:
                break
    assert answered > 990  # some are cut by the edges of chunks


@pytest.mark.parametrize("complete", [True, False])
def test_a_client_that_goes_away_stops_its_batch_and_no_other(
    app: FastAPI, port: int, recording: Recording, caplog: pytest.LogCaptureFixture, complete: bool
) -> None:
    begun = asked(app)
    body = (question(recording) + b"\n") * 50
    with socket.create_connection(("127.0.0.1", port), timeout=20) as asking:
        asking.sendall(head(len(body) + (not complete)) + body)
        assert asking.recv(15).startswith(b"HTTP/1.1 200")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as asking:
        asking.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert asking.recv(15).startswith(b"HTTP/1.1 200")
    before = -1
    while asked(app) != before:
        before = asked(app)
        time.sleep(1)
    assert before - begun < 50
    assert not caplog.records
