"""Answers are packed against a dictionary that is never edited, and what trends show to three digits."""

import hashlib
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import docs
from service.store.packing import DICTIONARIES, pack, pack_condition, unpack, unpack_condition


@given(st.binary(max_size=5000))
def test_packing_gives_back_every_byte(answer: bytes) -> None:
    assert unpack(pack(answer)) == answer


def test_an_answer_is_packed_to_a_fifth() -> None:
    answer = json.dumps(docs.example("answer"), separators=(",", ":")).encode()
    assert len(pack(answer)) < len(answer) / 4


@pytest.mark.parametrize("number", [1, 2])
def test_a_dictionary_that_stores_are_written_with_is_never_edited(number: int) -> None:
    assert hashlib.sha256((DICTIONARIES / f"{number}.json").read_bytes()).hexdigest() == DICTIONARY[number]


DICTIONARY = {
    1: "b1f68fdd734a45ba05e7d8e16138089c8214b029c3171d275c570a5f3a4942dc",
    2: "9174ad33f20a6cc6a1250ac9f3e8a10cb772428fba596def078ed5c451108264",
}


def test_what_was_packed_with_the_first_dictionary_is_still_read() -> None:
    packer = zlib.compressobj(6, zlib.DEFLATED, 14, 6, zdict=(DICTIONARIES / "1.json").read_bytes())
    assert unpack(b"\x01" + packer.compress(b'{"verdict":"unknown"}') + packer.flush()) == b'{"verdict":"unknown"}'


def test_what_a_trend_shows_is_packed_to_three_digits() -> None:
    values = {"velocity_rms_mm_s": 1.2345, "kurtosis": 3.1, "change_deviation": -2.5}
    assert unpack_condition(pack_condition(values)) == pytest.approx(values, rel=1e-3)
    assert len(pack_condition(values)) == 8
    counts = {"envelope_rms_g": 1e9}
    assert unpack_condition(pack_condition(counts)) == {"envelope_rms_g": pytest.approx(65_500, rel=1e-3)}
