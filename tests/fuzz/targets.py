"""What is fuzzed: each parser of our own, with what it may raise, and how large what it returns may be.

Foreign parsers (MATLAB, TDMS) are held by a process of their own instead (`data.formats.confined`).
"""

import io
from collections.abc import Callable

from data.bearing import read_bearing
from data.errors import FormatError, SignalError
from data.formats import EVERY, FORMATS, Source
from service.bodies import read_float32, read_int16, read_json
from service.bodies.gzip import Unpacking, unpacked
from service.bodies.multipart import split
from service.bodies.ndjson import Splitting
from service.errors import RequestRefused
from service.mqtt import reading
from service.mqtt.mapping import read_mapping
from service.mqtt.piece import pieces
from service.mqtt.value import Unreadable
from service.question import Query
from tests.service.mqtt.sensors import EXAMPLES, TOPICS

QUERY = Query(rate_hz=12_000)
LIMIT = 1 << 20
MAPPINGS = {name: read_mapping(EXAMPLES / f"{name}.toml") for name in TOPICS}


def file(ending: str, most: int) -> Callable[[bytes], None]:
    """A file format: of so many bytes, at most `most` times as many samples."""

    def fuzz(content: bytes) -> None:
        try:
            signals = FORMATS[ending](Source("x", io.BytesIO(content)), EVERY)
        except FormatError:
            return
        assert sum(signal.samples.size for signal in signals) <= most * len(content)

    return fuzz


def json(body: bytes) -> None:
    """A JSON body."""
    try:
        question = read_json(body, QUERY)
    except (RequestRefused, SignalError):
        return
    assert 256 <= question.recording.samples.size <= len(body)


def raw(body: bytes) -> None:
    """Samples as they lie in memory; those that begin like .npy are."""
    for read, query in ((read_float32, QUERY), (read_int16, QUERY.model_copy(update={"scale": 0.1}))):
        try:
            question = read(body, query)
        except (RequestRefused, SignalError):
            continue
        assert question.recording.samples.size <= len(body)


def gzip(body: bytes) -> None:
    """A body in gzip, whole and in chunks."""
    try:
        whole = unpacked(body, LIMIT)
    except RequestRefused:
        return
    assert len(whole) <= LIMIT
    unpacking, parts = Unpacking(), bytearray()
    size = max(1, len(body) // 40)
    for first in range(0, len(body), size):
        for piece in unpacking.pieces(body[first : first + size]):
            parts += piece
    unpacking.end()
    assert parts == whole


def multipart(body: bytes) -> None:
    """A form, under a boundary that the body's own first line may name."""
    boundary = body.partition(b"\n")[0].strip(b"\r-").decode("latin-1")
    try:
        form = split(body, f'multipart/form-data; boundary="{boundary}"')
        form.query()
    except RequestRefused:
        return
    assert sum(len(each.content) for each in form.files) <= len(body)


def ndjson(body: bytes) -> None:
    """Lines, split in pieces of several sizes: always the same ones."""
    found = []
    for size in (max(1, len(body) // 40), max(3, len(body) // 7), len(body) or 1):
        splitting = Splitting(longest=64)
        lines = [line for at in range(0, len(body), size) for line in splitting.lines(body[at : at + size])]
        lines += splitting.last()
        found.append([(number, line if isinstance(line, bytes) else None) for number, line in lines])
    assert found[0] == found[1] == found[2]
    assert all(line is None or (b"\n" not in line and len(line) <= 64) for _, line in found[0])


def bearing(text: bytes) -> None:
    """What stands in a query as `bearing`."""
    try:
        found = read_bearing(text.decode("utf-8", errors="replace"))
    except SignalError:
        return
    assert found.orders.bpfo > 0


def mqtt(payload: bytes) -> None:
    """A message, under each mapping of docs/examples/mqtt."""
    for name, topic in TOPICS.items():
        mapping = MAPPINGS[name]
        for source in mapping.sources:
            assert all(piece.digest for piece in pieces(mapping, topic, payload))
            try:
                got = reading.read(mapping, source, topic, [payload])
            except Unreadable:
                continue
            assert got.signal.samples.size <= len(payload)
            got.retried()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "csv": file(".csv", 1),
    "npy": file(".npy", 8),
    "wav": file(".wav", 1),
    "uff": file(".uff", 1),
    "json": json,
    "raw": raw,
    "gzip": gzip,
    "multipart": multipart,
    "ndjson": ndjson,
    "bearing": bearing,
    "mqtt": mqtt,
}
