"""What the spool keeps, and for how long."""

from pathlib import Path

import pytest

from service.mqtt import spool as spooling
from service.mqtt.mapping import read_mapping
from service.mqtt.piece import Piece, pieces
from service.mqtt.spool import Answer, Spool
from service.mqtt.spool_file import SpoolError
from tests.service.mqtt.sensors import EXAMPLES, chunks, noise

CHUNKS = read_mapping(EXAMPLES / "chunks.toml")
[SOURCE] = CHUNKS.sources
TOPIC = "raw/gearbox-2/z/wave"


def chunked(number: int, seed: int = 0) -> list[Piece]:
    return [piece for chunk in chunks(noise(seed), number) for piece in pieces(CHUNKS, TOPIC, chunk)]


def one(number: int) -> Piece:
    return Piece("t", b"payload %d" % number, "source", "pump/x")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mqtt.db"


def test_chunks_in_any_order_with_repeats_and_a_restart_between_make_one_recording(file: Path) -> None:
    first, *others = chunked(1)
    with Spool.open(file) as spool:
        assert spool.accept(others[::-1]).ready == []
        assert spool.accept(others).repeated == len(others)
    with Spool.open(file) as spool:
        [ready] = spool.accept([first]).ready
        assert spool.load(ready.id).payloads == [piece.payload for piece in (first, *others)]
        assert spool.bytes == sum(len(piece.payload) for piece in (first, *others))
        assert spool.left() == ([ready], [])


def test_a_number_that_is_used_again_begins_another_recording(file: Path) -> None:
    with Spool.open(file) as spool:
        spool.accept(chunked(1, seed=1)[:2])  # never completed
        [ready] = spool.accept(chunked(1, seed=2)).ready
        assert len(spool.load(ready.id).payloads) == 6
        [(_, reason, _)] = spool.rejections()
        assert "another recording with the same id began" in reason
        [again] = spool.accept(chunked(1, seed=3)).ready
        assert again.id != ready.id


def test_what_waits_too_long_for_a_chunk_is_rejected_and_its_room_is_free(file: Path) -> None:
    with Spool.open(file) as spool:
        spool.accept(chunked(1)[:2])
        assert spool.expire({SOURCE.identity: 30}) == 0
        assert spool.expire({"another": 0}) == 0
        assert spool.expire({SOURCE.identity: 0}) == 1
        assert (spool.bytes, spool.rejected) == (0, 1)
        assert spool.rejections()[0][1] == "chunks: 2 of 6 came, and none for 0 s"


def test_chunks_that_no_source_takes_any_more_are_rejected_at_the_start_and_their_room_is_free(file: Path) -> None:
    with Spool.open(file) as spool:
        spool.accept(chunked(1)[:2])
    with Spool.open(file) as spool:
        spool.begin({SOURCE.identity})
        assert spool.bytes > 0
        spool.begin({"another"})
        assert (spool.bytes, spool.rejected) == (0, 1)
        assert spool.rejections()[0][1] == "chunks: 2 of 6 came, and the mapping takes no more of them"


def test_what_was_rejected_is_read_anew_after_the_next_start(file: Path) -> None:
    with Spool.open(file) as spool:
        [ready] = spool.accept([one(1)]).ready
        spool.reject(ready.id, "the mapping was wrong")
        spool.forget([spool.accept([one(2)]).ready[0].id])
        assert spool.accept([one(1), one(2)]).repeated == 2
    with Spool.open(file) as spool:
        spool.begin(())
        again = spool.accept([one(1), one(2)])
        assert (len(again.ready), again.repeated) == (1, 1)
        assert spool.load(again.ready[0].id).payloads == [one(1).payload]
        assert [reason for _, reason, _ in spool.rejections()] == ["the mapping was wrong"]


def test_a_recording_that_grows_too_large_is_rejected(file: Path) -> None:
    parts = [Piece("t", bytes([at]) * 600, "s", "a/x", "r", at, 3, most_bytes=1000) for at in range(3)]
    with Spool.open(file) as spool:
        assert spool.accept(parts).ready == []
        assert spool.rejections()[0][1] == "chunks: 1200 bytes; at most 1000 are taken"


def test_what_was_published_leaves_its_digest_alone_and_not_for_ever(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "DONE_KEPT", 3)
    with Spool.open(file) as spool:
        for number in range(6):
            [ready] = spool.accept([one(number)]).ready
            assert spool.answered(ready.id, f"key {number}", Answer("to", b"answer"))
            assert spool.left() == ([], [ready.id])
            assert spool.answer(ready.id) == Answer("to", b"answer")
            spool.forget([ready.id])
        assert spool.left() == ([], [])
        assert spool.accept([one(5)]).repeated == 1
        assert spool.accept([one(0)]).repeated == 0


def test_only_the_latest_that_were_rejected_are_kept_and_only_their_beginning(file: Path) -> None:
    large = bytes(spooling.REJECTED_BYTES + 1)
    with Spool.open(file) as spool:
        spool.accept([Piece("t", b"%d" % at + large, reason=f"{at}") for at in range(spooling.REJECTED_KEPT + 20)])
        kept = spool.rejections()
        assert [reason for _, reason, _ in kept] == [f"{at}" for at in range(20, 20 + spooling.REJECTED_KEPT)]
        assert {len(payload) for *_, payload in kept} == {spooling.REJECTED_BYTES}
        assert (spool.bytes, spool.rejected) == (0, spooling.REJECTED_KEPT + 20)


def test_a_spool_belongs_to_one_service(file: Path) -> None:
    with Spool.open(file), pytest.raises(SpoolError, match="BRINELL_MQTT_SPOOL"), Spool.open(file):
        pass


def test_a_damaged_spool_is_kept_aside_and_an_empty_one_begins(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)
    with Spool.open(file) as spool:
        assert spool.left() == ([], [])
    [aside] = file.parent.glob("mqtt.db.damaged-*")
    assert aside.read_bytes().startswith(b"no database")


def test_a_spool_of_a_newer_version_is_left_alone(file: Path) -> None:
    import sqlite3

    with sqlite3.connect(file) as newer:
        newer.execute("PRAGMA user_version=2")
    with pytest.raises(SpoolError, match="another version"), Spool.open(file):
        pass
