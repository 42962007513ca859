"""What a message is to the spool: a recording, a chunk of one, or something that cannot be read."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.mqtt.mapping import NAME, MessageMapping, Source
from service.mqtt.reading import content_of, whose
from service.mqtt.value import Content, Unreadable

MOST_CHUNKS = 4096


@dataclass(frozen=True)
class Piece:
    """A message, read as far as it must be to be kept.

    Attributes:
        source: `Source.identity`; empty where no source listens to the topic.
        stream: asset and axis: what is diagnosed in its order.
        recording: the same for all chunks of one.
        part, parts: which of how many.
        most_bytes: that a recording in chunks may have.
        reason: why it is rejected.
    """

    topic: str
    payload: bytes
    source: str = ""
    stream: str = ""
    recording: str = ""
    part: int = 0
    parts: int = 1
    most_bytes: int = 0
    reason: str | None = None

    @property
    def digest(self) -> bytes:
        """Tells it from every other one."""
        named = hashlib.sha256("\0".join((self.source, self.topic, "")).encode())
        named.update(self.payload)
        return named.digest()


def pieces(mapping: MessageMapping, topic: str, payload: bytes) -> Iterator[Piece]:
    """One for each source that listens to the topic; without any, one that is rejected."""
    listening = [source for source in mapping.sources if source.topic.match(topic) is not None]
    if not listening:
        yield Piece(topic, payload, reason="topic: no source of the mapping listens to it")
    for source in listening:
        try:
            yield _piece(mapping, source, topic, payload)
        except Unreadable as error:
            yield Piece(topic, payload, source.identity, reason=str(error))


def _piece(mapping: MessageMapping, source: Source, topic: str, payload: bytes) -> Piece:
    asset, axis = whose(mapping, source, source.topic.match(topic) or {})
    for field, name in (("asset", asset), ("axis", axis)):
        if not re.fullmatch(NAME, name):
            raise Unreadable(f"{field}: {name[:70]!r} is none; say in [names] what to call it")
    stream = f"{asset}/{axis}"
    if source.chunks is None:
        return Piece(topic, payload, source.identity, stream)
    return _chunk(source, stream, content_of(source, topic, payload), topic)


def _chunk(source: Source, stream: str, content: Content, topic: str) -> Piece:
    chunks = source.chunks
    assert chunks is not None
    part = chunks.index.whole("chunks.index", content) - chunks.first
    parts = chunks.count.whole("chunks.count", content)
    of = chunks.id.text("chunks.id", content)
    if of is None:
        raise Unreadable("chunks.id: is missing")
    if not 1 <= parts <= MOST_CHUNKS:
        raise Unreadable(f"chunks.count: {parts}; 1 to {MOST_CHUNKS} are taken")
    if not 0 <= part < parts:
        raise Unreadable(f"chunks.index: {part + chunks.first} of {parts}, counted from {chunks.first}")
    recording = "\0".join((source.identity, topic, of))
    return Piece(topic, content.payload, source.identity, stream, recording, part, parts, chunks.max_kib << 10)
