"""Bodies are read strictly: what is no signal is refused with the field, the reason and what to do."""

import asyncio
import io
import json
import struct
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from data.errors import SignalError
from service.bodies import codec, collect, read_float32, read_json, read_npy
from service.errors import RequestRefused
from service.question import Query

NOISE = np.random.default_rng(0).standard_normal(600).astype(np.float32)
QUERY = Query(rate_hz=12_000)
NOTHING = Query()


def npy(array: NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def question(**fields: Any) -> bytes:
    return json.dumps({"samples": NOISE.tolist(), "rate_hz": 12_000} | fields).encode()


def refusal(body: bytes, query: Query = NOTHING) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        read_json(body, query)
    return caught.value


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f8", ">f8", "<f2"])
def test_npy_brings_its_own_type_and_byte_order(kind: str) -> None:
    read = read_npy(npy(NOISE.astype(kind)), QUERY).recording.samples
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, NOISE, atol=1e-2 if kind == "<f2" else 0)


def test_npy_of_integers_is_read_as_counts() -> None:
    counts = np.arange(-300, 300, dtype=">i2")
    np.testing.assert_array_equal(read_npy(npy(counts), QUERY).recording.samples, counts)


@pytest.mark.parametrize("shape", [(600, 1), (1, 600), (1, 600, 1)])
def test_npy_of_one_channel_may_have_empty_dimensions(shape: tuple[int, ...]) -> None:
    np.testing.assert_array_equal(read_npy(npy(NOISE.reshape(shape)), QUERY).recording.samples, NOISE)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (npy(NOISE.reshape(2, 300)), r"2 channels \(1, 2\)"),
        (npy(NOISE.astype(complex)), "real numbers are wanted"),
        (npy(NOISE > 0), "real numbers are wanted"),
        (npy(np.array([{}], dtype=object)), "real numbers are wanted"),
        (npy(NOISE)[:-4], "2400 bytes, 2396 follow"),
        (npy(NOISE).replace(b"(600,)", b"(10**9,)"), "not a .npy file"),
        (
            npy(NOISE).replace(b"(600,), }              ", b"(6000000000000,), }    "),
            "24000000000000 bytes, 2400 follow",
        ),
        (b"\x93NUMPY\x01\x00", "not a .npy file"),
        (b"PK\x03\x04", "not a .npy file"),
    ],
)
def test_a_damaged_or_foreign_npy_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(RequestRefused, match=reason):
        read_npy(body, QUERY)


def test_npy_with_more_axes_than_samples_claims_no_memory() -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000, 4000000000), }"
    body = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
    with pytest.raises(RequestRefused, match="0 follow"):
        read_npy(body, QUERY)


def test_raw_float32_is_little_endian() -> None:
    np.testing.assert_array_equal(read_float32(NOISE.astype("<f4").tobytes(), QUERY).recording.samples, NOISE)


def test_raw_bytes_that_begin_like_npy_are_read_as_npy() -> None:
    np.testing.assert_array_equal(read_float32(npy(NOISE.astype(">f8")), QUERY).recording.samples, NOISE)


def test_raw_bytes_that_are_no_whole_number_of_samples_are_refused() -> None:
    with pytest.raises(RequestRefused, match="2399 bytes"):
        read_float32(NOISE.tobytes()[:-1], QUERY)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_sample_that_is_no_number_is_named_by_its_place(bad: float) -> None:
    samples = NOISE.copy()
    samples[123] = bad
    with pytest.raises(SignalError, match="sample 123"):
        read_float32(samples.tobytes(), QUERY)


def test_json_reads_integers_and_decimals() -> None:
    read = read_json(question(samples=[1, 2.5] * 200, speed_rpm=1500), Query()).recording
    np.testing.assert_array_equal(read.samples[:2], [1, 2.5])
    assert read.speed_rpm == 1500


@pytest.mark.parametrize("bad", ["true", '"1.5"', "null", "NaN", "Infinity", "-Infinity", "[1]", "{}"])
def test_what_is_no_number_in_json_is_refused_by_its_place(bad: str) -> None:
    body = question().replace(str(float(NOISE[7])).encode(), bad.encode(), 1)
    found = refusal(body)
    assert found.status == 422
    assert found.problems[0].field == "samples.7"
    assert "256 finite numbers" in found.problems[0].what_to_do


def test_a_list_for_each_sample_is_answered_with_what_is_wanted() -> None:
    [problem] = refusal(question(samples=[[0.1]] * 1000)).problems
    assert "one flat list of numbers a channel is wanted" in problem.reason


def test_a_number_too_large_for_float32_is_refused() -> None:
    with pytest.raises(SignalError, match="sample 0 is inf"):
        read_json(question(samples=[1e39] * 300), Query())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"rate_hz": "12000"}, "rate_hz"),
        ({"rate_hz": True}, "rate_hz"),
        ({"rate_hz": 499}, "rate_hz"),
        ({"speed_rpm": 0}, "speed_rpm"),
        ({"speed": 1500}, "speed"),
        ({"samples": []}, "samples"),
        ({"samples": [0.5] * 255}, "samples"),
        ({"windows": 1}, "windows"),
        ({"bearing": {"rolling_elements": 9}}, "bearing.diameter_ratio"),
        ({"bearing": {"rolling_elements": 9.5, "diameter_ratio": 0.2}}, "bearing.rolling_elements"),
        ({"bearing": {"bpfo": 3.6}}, "bearing.bpfi"),
        ({"bearing": 6205}, "bearing"),
        ({"bundle": "../../etc"}, "bundle"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], field: str) -> None:
    assert field in [problem.field for problem in refusal(question(**fields)).problems]


@pytest.mark.parametrize("body", [b"", b"{", b"[1, 2]", b"not json", b"\xff\xfe{}", b'{"samples": [1,]}'])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    assert refusal(body).problems[0].field in ("body", "samples")


def test_a_missing_rate_is_named() -> None:
    body = json.dumps({"samples": NOISE.tolist()}).encode()
    assert refusal(body).problems[0].field == "rate_hz"
    assert read_json(body, QUERY).recording.rate_hz == 12_000


def test_query_and_body_must_not_disagree() -> None:
    assert "the query says 24000.0, the body 12000" in refusal(question(), Query(rate_hz=24_000)).problems[0].reason
    assert read_json(question(), QUERY).recording.rate_hz == 12_000


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("9,0.2034", {"rolling_elements": 9, "diameter_ratio": 0.2034}),
        ("rolling_elements=9,diameter_ratio=0.2034", "9,0.2034"),
        ("bpfo=3.58,bpfi=5.42,bsf=2.36,ftf=0.398", {"bpfo": 3.58, "bpfi": 5.42, "bsf": 2.36, "ftf": 0.398}),
        ("SKF 6205", "6205-2RS"),
    ],
)
def test_the_same_bearing_in_query_and_body_is_no_disagreement(asked: str, said: Any) -> None:
    assert read_json(question(bearing=said), Query(bearing=asked)).recording.orders is not None
    with pytest.raises(RequestRefused) as caught:
        read_json(question(bearing=said), Query(bearing="6203"))
    assert caught.value.problems[0].field == "bearing"


@pytest.mark.parametrize(
    "bearing",
    [
        "6205",
        "rolling_elements=9, diameter_ratio=0.2034",
        "bpfo=3.5848,bpfi=5.4152,bsf=2.357,ftf=0.39828",
        {"rolling_elements": 9, "diameter_ratio": 0.2034},
        {"bpfo": 3.5848, "bpfi": 5.4152, "bsf": 2.357, "ftf": 0.39828},
    ],
)
def test_a_bearing_is_named_by_designation_geometry_or_orders(bearing: Any) -> None:
    orders = read_json(question(bearing=bearing), Query()).recording.orders
    assert orders is not None
    assert orders.bpfo == pytest.approx(3.585, abs=1e-3)
    assert orders.bpfi == pytest.approx(5.415, abs=1e-3)


@pytest.mark.parametrize("bearing", ["no-such-bearing", "bpfo=3.6", "rolling_elements=2,diameter_ratio=0.2", "a=b"])
def test_a_bearing_that_cannot_be_known_is_refused(bearing: str) -> None:
    with pytest.raises(SignalError) as caught:
        read_json(question(bearing=bearing), Query())
    assert caught.value.field == "bearing"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/pdf; x=y"])
def test_another_content_type_is_a_415(kind: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        codec(kind)
    assert caught.value.status == 415


def test_parameters_of_a_content_type_do_not_matter() -> None:
    assert codec("Application/JSON; charset=utf-8") is read_json
    assert codec(None) is read_float32


async def chunks(count: int, taken: list[int]) -> AsyncIterator[bytes]:
    for number in range(count):
        taken.append(number)
        yield bytes(1000)


def test_a_body_over_the_limit_is_given_up_while_it_comes_in() -> None:
    taken: list[int] = []
    with pytest.raises(RequestRefused) as caught:
        asyncio.run(collect(chunks(1000, taken), None, 10_500))  # type: ignore[arg-type]
    assert caught.value.status == 413
    assert len(taken) == 11


def test_a_body_that_says_it_is_over_the_limit_is_not_begun() -> None:
    taken: list[int] = []
    with pytest.raises(RequestRefused):
        asyncio.run(collect(chunks(1000, taken), "1000000", 10_500))  # type: ignore[arg-type]
    assert taken == []


@given(st.binary(max_size=3000))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for read in (read_json, read_float32, read_npy):
        try:
            samples = read(body, QUERY).recording.samples
        except (RequestRefused, SignalError):
            continue
        assert samples.size >= 256


@given(st.binary(max_size=200))
@example(b"")
@example(npy(NOISE.astype(">f4"))[8:128])
@example(npy(NOISE.view("<i4"))[8:128])
@example(npy(NOISE.reshape(1, 600))[8:128])
def test_any_damage_to_an_npy_header_is_read_or_refused(damage: bytes) -> None:
    whole = bytearray(npy(NOISE))
    whole[8 : 8 + len(damage)] = damage
    found = samples_or_wrong_field(whole)
    if isinstance(found, str):
        assert found == "samples"
    else:  # what is not refused is read as numpy reads it
        np.testing.assert_array_equal(found, np.load(io.BytesIO(whole)).ravel().astype(np.float32))


def test_a_header_without_damage_is_read() -> None:
    np.testing.assert_array_equal(samples_or_wrong_field(npy(NOISE)), NOISE)


def samples_or_wrong_field(body: bytes | bytearray) -> NDArray[np.float32] | str:
    try:
        return read_npy(body, QUERY).recording.samples
    except RequestRefused as refused:
        return refused.problems[0].field if refused.status == 422 else f"status {refused.status}"
    except SignalError as error:
        return error.field
