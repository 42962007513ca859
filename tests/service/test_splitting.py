"""What takes bodies apart: gzip, forms, lines. However the bytes come, the parts are the same."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import SignalError
from service.bodies import read_json
from service.bodies.gzip import Unpacking, unpacked
from service.bodies.multipart import split
from service.bodies.ndjson import Splitting
from service.errors import RequestRefused
from service.question import Query
from tests.fuzz.targets import TARGETS

QUERY = Query(rate_hz=12_000)


@given(st.binary(max_size=300_000), st.integers(1, 50_000))
@settings(max_examples=30)
def test_what_was_packed_is_unpacked_whole_however_it_comes(content: bytes, size: int) -> None:
    content *= 3
    packed = gzip.compress(content)
    assert unpacked(packed, len(content)) == content
    unpacking = Unpacking()
    parts = [piece for at in range(0, len(packed), size) for piece in unpacking.pieces(packed[at : at + size])]
    unpacking.end()
    assert b"".join(parts) == content
    assert all(len(piece) <= 1 << 16 for piece in parts)


def test_members_that_follow_one_another_are_one_body_but_not_without_end() -> None:
    assert unpacked(gzip.compress(b"a") + gzip.compress(b"b"), 10) == b"ab"
    with pytest.raises(RequestRefused, match="members"):
        unpacked(gzip.compress(b"") * 2_000, 10)


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b" ")), max_size=20), st.integers(1, 40))
def test_lines_are_the_same_however_they_come(lines: list[bytes], size: int) -> None:
    body = b"\n".join(lines)
    splitting = Splitting(longest=30)
    found = [line for at in range(0, len(body), size) for line in splitting.lines(body[at : at + size])]
    found += splitting.last()
    assert found == [(number, line) for number, line in enumerate(lines or [b""], 1) if line.strip()]


@given(
    st.dictionaries(st.sampled_from(["rate_hz", "speed_rpm", "channel"]), st.sampled_from(["1500", "2000"])),
    st.lists(st.tuples(st.from_regex(r"[a-z]{1,8}\.(csv|npy)", fullmatch=True), st.binary(max_size=400)), max_size=4),
)
def test_a_form_comes_apart_into_what_it_was_made_of(fields: dict[str, str], files: list[tuple[str, bytes]]) -> None:
    body = bytearray()
    for name, value in fields.items():
        body += f'--==b==\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, content in files:
        body += f'--==b==\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        body += content + b"\r\n"
    body += b"--==b==--\r\n"
    form = split(body, 'multipart/form-data; boundary="==b=="')
    assert form.fields == fields
    assert [(file.name, bytes(file.content)) for file in form.files] == files


@pytest.mark.parametrize("target", sorted(TARGETS.keys() - {"tensors"}))
@settings(max_examples=200)
@given(content=st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(target: str, content: bytes) -> None:
    TARGETS[target](content)


def test_a_number_beyond_all_numbers_is_refused() -> None:
    with pytest.raises((RequestRefused, SignalError)):
        read_json(b'{"samples": [1e400' + b", 1" * 300 + b"]}", QUERY)
