"""What is read in messages, whatever is in them."""

import base64
import json
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.mqtt.mapping import MessageMapping, read_mapping
from service.mqtt.piece import pieces
from service.mqtt.reading import Read, read
from service.mqtt.value import Unreadable
from tests.service.mqtt import sensors as payloads
from tests.service.mqtt.sensors import EXAMPLES, TOPICS, noise

MAPPINGS = {name: read_mapping(EXAMPLES / f"{name}.toml") for name in TOPICS}


def read_by(name: str, *messages: bytes, source: int = 0) -> Read:
    mapping = MAPPINGS[name]
    return read(mapping, mapping.sources[source], TOPICS[name], messages)


def mapping_of(tmp_path: Path, **source: Any) -> MessageMapping:
    lines = {"topic": "t", "asset": "a", "axis": "x", "rate_hz": 1000} | source
    file = tmp_path / "mapping.toml"
    file.write_text("[[source]]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in lines.items()))
    return read_mapping(file)


def test_an_array_of_axes_gives_each_its_own_recording() -> None:
    x, y = noise(1), noise(2)
    for source, samples in enumerate((x, y)):
        got = read_by("array", payloads.array(x, y), source=source)
        assert (got.asset, got.axis, got.message_id) == ("mill-3.fan.de", "xy"[source], "812")
        assert got.signal.unit == "m/s^2"
        assert got.signal.rate_hz == 12_800
        assert got.speed_rpm == 1480
        assert got.facts.bearing == "6205"
        assert got.recorded is not None
        assert got.recorded.isoformat() == "2026-01-01T00:00:00.250000+00:00"
        np.testing.assert_allclose(got.signal.samples, 9.80665 * samples, rtol=1e-6)


def test_base64_gives_counts_and_what_one_is() -> None:
    samples = noise(1)
    got = read_by("base64", payloads.base64_json(samples, "7f1c"))
    assert (got.signal.unit, got.scale, got.message_id) == ("g", payloads.LSB_G, "7f1c")
    assert got.speed_rpm == 1480
    np.testing.assert_allclose(got.signal.samples * payloads.LSB_G, samples, atol=payloads.LSB_G)


def test_chunks_are_joined_also_where_a_sample_is_cut() -> None:
    samples = noise(1)
    got = read_by("chunks", *payloads.chunks(samples))
    assert (got.signal.unit, got.scale, got.facts.sensitivity_mv_g) == ("mV", 0.1, 100)
    assert got.speed_rpm == pytest.approx(1480)
    np.testing.assert_allclose(got.signal.samples * 0.1 / 100, samples, atol=0.001)


@pytest.mark.parametrize("kind", ["int8", "int16", "uint16", "int32", "float32", "float64"])
@pytest.mark.parametrize("endian", ["little", "big"])
def test_every_type_in_both_orders_with_a_header_and_channels(tmp_path: Path, kind: str, endian: str) -> None:
    mapping = mapping_of(
        tmp_path, format="bytes", type=kind, endian=endian, header_bytes=3, channels=2, channel=2, scale=0.5
    )
    values = np.arange(100).astype(np.dtype(kind).newbyteorder(">" if endian == "big" else "<"))
    got = read(mapping, mapping.sources[0], "t", [b"abc" + values.tobytes()])
    assert got.signal.samples.tolist() == list(range(1, 100, 2))
    assert got.signal.unit == ("counts" if "int" in kind else None)


def test_the_same_message_has_the_same_id_and_another_one_has_not(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, format="json", samples="")
    one, again, other = (read(mapping, mapping.sources[0], "t", [body]) for body in (b"[1,2]", b"[1,2]", b"[1,3]"))
    assert one.retried() == again.retried()
    assert one.retried().key != other.retried().key


def packed(**changed: Any) -> bytes:
    content = {"id": "a", "rate": 1000, "lsb_g": 0.1, "data": "AAA="} | changed
    return json.dumps({key: value for key, value in content.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (b"", "payload: no JSON"),
        (b"[" * 100_000, "payload: no JSON"),
        (b'{"data": NaN}', "payload: no JSON"),
        (b"\xff\xfe", "payload: no JSON"),
        (b"[]", "is missing"),
        (packed(data=...), "samples: there is nothing at '/data'"),
        (packed(data=[1]), "samples: no text in base64"),
        (packed(data="A!"), "samples: no base64"),
        (packed(data="Aé"), "samples: no base64"),
        (packed(data="AAAA"), "samples: 3 bytes are no whole number of int16"),
        (packed(rate="1000"), "rate_hz: '1000' is no number"),
        (packed(rate=True), "rate_hz: 'True' is no number"),
        (packed(rate=...), "rate_hz: is missing"),
        (packed(rate=10**400), "rate_hz: .* is no finite number"),
        (packed(id=...)[:-1] + b', "id": ' + b"9" * 5000 + b"}", "id: |payload: no JSON"),
        (packed(lsb_g=[1]), r"scale: '\[1\]' is no number"),
        (packed(id=...), "id: is missing"),
        (packed(id="x" * 201), "id: 201 characters"),
        (packed(id={}), "id: '{}' is no text"),
        (packed(recorded="yesterday"), "time: 'yesterday' is neither a number nor a date"),
        (packed(recorded=1e300), "time: '1e\\+300' is no time"),
        (packed(recorded=-1), "time: '-1' is no time"),
    ],
)
def test_a_message_that_does_not_hold_what_it_should_is_refused_with_the_field(message: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_by("base64", message)


def header(number: int, index: int, count: int) -> bytes:
    return struct.pack(">IHHIf", number, index, count, 12_800, 25.0)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (header(1, 4, 4), "chunks.index: 4 of 4"),
        (header(1, 0, 0), "chunks.count: 0"),
        (header(1, 0, 5000), "chunks.count: 5000; 1 to 4096"),
        (b"\0" * 5, "chunks.index: 5 bytes; uint16 at 4 lies beyond"),
    ],
)
def test_a_chunk_that_is_none_is_rejected_with_its_reason(payload: bytes, said: str) -> None:
    [piece] = pieces(MAPPINGS["chunks"], TOPICS["chunks"], payload)
    assert piece.reason is not None
    assert piece.reason.startswith(said)


def test_a_topic_without_a_source_or_with_a_name_that_is_none_is_rejected() -> None:
    [unheard] = pieces(MAPPINGS["base64"], "elsewhere", b"")
    assert unheard.reason == "topic: no source of the mapping listens to it"
    [unnamed] = pieces(MAPPINGS["base64"], "plant/p u m p/vibration/x", b"")
    assert unnamed.reason is not None
    assert "[names]" in unnamed.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)
ANYTHING = JSON | st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode())
FIELDS = ("id", "recorded", "rate", "lsb_g", "data", "seq", "ts", "fs_khz", "rpm", "accel", "axis", "unit", "values")
MESSAGES = (
    st.binary(max_size=300)
    | st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING)).map(lambda found: json.dumps(found).encode())
    | st.builds(
        lambda *numbers: struct.pack(">IHHIf", *numbers[:4], numbers[4]) + numbers[5],
        *(st.integers(0, 2**bits - 1) for bits in (32, 16, 16, 32)), st.floats(width=32), st.binary(max_size=40),
    )
)  # fmt: skip


@example("base64", [packed(data="AAAA" * 100, lsb_g=1e308)])
@example("base64", [packed(rate=1e308)])
@given(st.sampled_from(sorted(TOPICS)), st.lists(MESSAGES, min_size=1, max_size=3))
def test_whatever_comes_is_read_or_refused(name: str, messages: list[bytes]) -> None:
    mapping = MAPPINGS[name]
    for message in messages:
        for piece in pieces(mapping, TOPICS[name], message):
            assert len(piece.digest) == 32
    for source in range(len(mapping.sources)):
        try:
            got = read_by(name, *messages, source=source)
        except Unreadable:
            continue
        assert got.signal.samples.size <= sum(map(len, messages))
        assert len(got.retried().key) <= 64


@pytest.mark.parametrize("number", ["9" * 400, '"1"', "true", "null", "[1]"])
def test_an_array_holds_numbers_alone(tmp_path: Path, number: str) -> None:
    mapping = mapping_of(tmp_path, format="json", samples="")
    with pytest.raises(Unreadable, match="samples: no array of numbers"):
        read(mapping, mapping.sources[0], "t", [f"[0, {number}]".encode()])


@pytest.mark.parametrize("content", [b"0,", b"[],", b"{},", b'"",', b"1e5,"])
def test_memory_is_bounded_by_the_size_of_the_message(content: bytes) -> None:
    size = 1 << 20
    payload = b'{"id":1,"rate":1000,"lsb_g":1,"data":[' + content * (size // len(content)) + b"0]}"
    tracemalloc.start()
    with pytest.raises(Unreadable):
        read_by("base64", payload)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40 * len(payload)
