"""Messages -> samples and what is known about them, as a source of the mapping says."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from data.formats.signal import Signal
from data.units import COUNTS
from service.mqtt.mapping import AssetFacts, MessageMapping, Source
from service.mqtt.value import Content, Unreadable, opened, pointed
from service.store.store import Retried

PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6}
LATEST_S = 253_402_300_799
"""The end of the year 9999, the last that a date can have."""


@dataclass(frozen=True, eq=False)
class Read:
    """A recording as its messages hold it.

    Attributes:
        asset, axis: whose it is.
        signal: float32 [samples] in its unit, with rate.
        scale: what a one among them is, in the unit.
        speed_rpm: of the message, else of the asset.
        facts: what the mapping knows about the asset.
        message_id: of the message, else a hash of its bytes.
        recorded: when, where the message says.
        result: topic of the answer.
    """

    asset: str
    axis: str
    signal: Signal
    scale: float | None
    speed_rpm: float | None
    facts: AssetFacts
    message_id: str
    recorded: datetime | None
    result: str

    def retried(self) -> Retried:
        """The key that it is diagnosed once by, and what it stands for: samples, rate and speed."""
        of = hashlib.sha256("\0".join((self.asset, self.axis, self.message_id)).encode())
        asked = hashlib.sha256(repr((self.signal.rate_hz, self.signal.unit, self.scale, self.speed_rpm)).encode())
        asked.update(self.signal.samples.tobytes())
        return Retried(f"mqtt:{of.hexdigest()[:48]}", asked.digest())


def content_of(source: Source, topic: str, payload: bytes) -> Content:
    """A message, opened.

    Raises:
        Unreadable: its topic is another one, or it is no JSON where it must be.
    """
    names = source.topic.match(topic)
    if names is None:
        raise Unreadable(f"topic: {topic[:100]!r} is not {source.topic.text}")
    document = opened(payload) if source.format == "json" else None
    return Content(payload, names, document, source.endian == "big")


def whose(mapping: MessageMapping, source: Source, names: Mapping[str, str]) -> tuple[str, str]:
    """Asset and axis, as they are called here."""
    return mapping.named(source.asset, names), mapping.named(source.axis, names)


def read(mapping: MessageMapping, source: Source, topic: str, payloads: Sequence[bytes]) -> Read:
    """What the messages of one recording hold.

    Args:
        payloads: of all its chunks in order, or of the one message. What they say besides samples is taken from the
            first.

    Raises:
        Unreadable: they do not hold what the mapping says.
    """
    contents = [content_of(source, topic, payload) for payload in payloads]
    first = contents[0]
    asset, axis = whose(mapping, source, first.names)
    facts = mapping.assets.get(asset, AssetFacts())
    said_rpm = None if source.speed_rpm is None else source.speed_rpm.number("speed_rpm", first)
    scale = None if source.scale is None else _needed("scale", source.scale.number("scale", first))
    samples = _samples(source, contents)
    unit = None if source.unit is None else source.unit.text("unit", first)
    return Read(
        asset=asset,
        axis=axis,
        signal=Signal(
            samples,
            _needed("rate_hz", source.rate_hz.number("rate_hz", first)),
            "",
            unit=COUNTS if unit is None and source.is_bytes and "int" in str(source.type) else unit,
        ),
        scale=scale,
        speed_rpm=facts.speed_rpm if said_rpm is None else said_rpm,
        facts=facts,
        message_id=_message_id(source, topic, contents),
        recorded=_recorded(source, first),
        result=mapping.result.filled({"asset": asset, "axis": axis}),
    )


def _needed(field: str, number: float | None) -> float:
    if number is None:
        raise Unreadable(f"{field}: is missing")
    return number


def _samples(source: Source, contents: Sequence[Content]) -> NDArray[np.float32]:
    if source.is_bytes:
        joined = b"".join(_bytes(source, content) for content in contents)
        values = _as_they_lie(source, joined)
    else:
        values = np.concatenate([_numbers(source, content) for content in contents])
    if values.size % source.channels:
        raise Unreadable(f"samples: {values.size} values of {source.channels} channels")
    with np.errstate(over="ignore", invalid="ignore"):
        return values[source.channel - 1 :: source.channels].astype(np.float32)


def _bytes(source: Source, content: Content) -> bytes:
    raw = content.payload if source.format == "bytes" else _unpacked(_found(source, content))
    if len(raw) < source.header_bytes:
        raise Unreadable(f"samples: {len(raw)} bytes; the header alone has {source.header_bytes}")
    return raw[source.header_bytes :]


def _unpacked(text: Any) -> bytes:
    if not isinstance(text, str):
        raise Unreadable("samples: no text in base64")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Unreadable(f"samples: no base64 ({error})") from None


def _as_they_lie(source: Source, joined: bytes) -> NDArray[Any]:
    kind = np.dtype(source.type).newbyteorder(">" if source.endian == "big" else "<")
    if len(joined) % kind.itemsize:
        raise Unreadable(f"samples: {len(joined)} bytes are no whole number of {source.type} values")
    return np.frombuffer(joined, kind)


def _numbers(source: Source, content: Content) -> NDArray[np.float64]:
    try:
        return np.asarray(msgspec.convert(_found(source, content), list[float]), dtype=np.float64)
    except msgspec.ValidationError as error:
        raise Unreadable(f"samples: no array of numbers ({str(error)[:100]})") from None


def _found(source: Source, content: Content) -> Any:
    found = pointed(content.document, source.samples or "")
    if found is None:
        raise Unreadable(f"samples: there is nothing at {source.samples!r}")
    return found


def _message_id(source: Source, topic: str, contents: Sequence[Content]) -> str:
    if source.id is not None:
        named = source.id.text("id", contents[0])
        if named is None:
            raise Unreadable("id: is missing")
        return named
    digest = hashlib.sha256(topic.encode())
    for content in contents:
        digest.update(hashlib.sha256(content.payload).digest())
    return digest.hexdigest()[:32]


def _recorded(source: Source, content: Content) -> datetime | None:
    text = None if source.time is None else source.time.text("time", content)
    if source.time is None or text is None:
        return None
    try:
        seconds = float(text) * source.time.times / PER_SECOND[source.time_unit]
    except ValueError:
        return _by_the_calendar(text)
    if not 0 <= seconds <= LATEST_S:
        raise Unreadable(f"time: {text[:40]!r} is no time in {source.time_unit} since 1970")
    return datetime.fromtimestamp(seconds, UTC)


def _by_the_calendar(text: str) -> datetime:
    try:
        written = datetime.fromisoformat(text)
        return (written.replace(tzinfo=UTC) if written.tzinfo is None else written).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f"time: {text[:40]!r} is neither a number nor a date of ISO 8601") from None
