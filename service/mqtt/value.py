"""Where in a message a value stands: in its JSON, in its header, in its topic; or always the same.

rate_hz = 25600                                # always
rate_hz = { json = "/meta/khz", times = 1000 } # JSON Pointer, RFC 6901
rate_hz = { offset = 8, type = "uint32" }      # of the bytes, in the source's byte order
rate_hz = { topic = "rate" }                   # the level named {rate}
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from data.errors import BrinellError

NumberType = Literal["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]
STRUCT: Mapping[str, str] = dict(
    zip(
        ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"),
        "BbHhIiQqfd",
        strict=True,
    )
)
LONGEST_TEXT = 200


class Unreadable(BrinellError):
    """A message that does not hold what the mapping says; the message names the field."""


@dataclass(frozen=True, eq=False)
class Content:
    """One message, opened.

    Attributes:
        payload: its bytes.
        names: what its topic gives values to.
        document: its JSON, where it is one.
        big_endian: the order of bytes in its header.
    """

    payload: bytes
    names: Mapping[str, str]
    document: Any = None
    big_endian: bool = False


class Value(BaseModel):
    """A value, or where it stands; exactly one of `constant`, `json`, `offset`, `topic`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    constant: float | str | None = None
    pointer: Annotated[str | None, Field(alias="json", pattern=r"^(/[^/]*)*$", max_length=500)] = None
    offset: Annotated[int | None, Field(ge=0, le=65_535)] = None
    type: NumberType | None = None
    topic: str | None = None
    times: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [self.constant, self.pointer, self.offset, self.topic]
        if sum(each is not None for each in given) != 1:
            raise ValueError("give a value, or one of json, offset and topic")
        if (self.offset is None) != (self.type is None):
            raise ValueError("offset and type belong together")
        return self

    def number(self, field: str, content: Content) -> float | None:
        """A finite number; None where the JSON has none.

        Raises:
            Unreadable: it is none, or the message is too short.
        """
        found = self._found(field, content)
        if found is None:
            return None
        if isinstance(found, str) and self.topic is not None:
            try:
                found = float(found)
            except ValueError:
                raise Unreadable(f"{field}: {found[:40]!r} is no number") from None
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise Unreadable(f"{field}: {str(found)[:40]!r} is no number")
        try:
            number = float(found) * self.times
        except OverflowError:  # JSON may hold whole numbers of any length
            number = math.inf
        if not math.isfinite(number):
            raise Unreadable(f"{field}: {number} is no finite number")
        return number

    def whole(self, field: str, content: Content) -> int:
        """A whole number.

        Raises:
            Unreadable: it is none.
        """
        number = self.number(field, content)
        if number is None or not number.is_integer():
            raise Unreadable(f"{field}: {number} is no whole number")
        return int(number)

    def text(self, field: str, content: Content) -> str | None:
        """A text, or a number as one; None where the JSON has none.

        Raises:
            Unreadable: it is neither, or too long.
        """
        found = self._found(field, content)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float | str):
            raise Unreadable(f"{field}: {str(found)[:40]!r} is no text")
        text = str(found)
        if not 0 < len(text) <= LONGEST_TEXT:
            raise Unreadable(f"{field}: {len(text)} characters; 1 to {LONGEST_TEXT} are wanted")
        return text

    def _found(self, field: str, content: Content) -> Any:
        if self.pointer is not None:
            return pointed(content.document, self.pointer)
        if self.topic is not None:
            return content.names[self.topic]
        if self.offset is None or self.type is None:
            return self.constant
        kind = (">" if content.big_endian else "<") + STRUCT[self.type]
        try:
            return struct.unpack_from(kind, content.payload, self.offset)[0]
        except struct.error:
            raise Unreadable(
                f"{field}: {len(content.payload)} bytes; {self.type} at {self.offset} lies beyond"
            ) from None


def pointed(document: Any, pointer: str) -> Any:
    """What a JSON Pointer leads to; None where there is nothing (RFC 6901).

    >>> pointed({"meta": [{"rate/hz": 1}]}, "/meta/0/rate~1hz")
    1
    """
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(key)
        elif isinstance(document, list) and key.isascii() and key.isdigit() and int(key[:9]) < len(document):
            document = document[int(key[:9])]
        else:
            return None
    return document


def opened(payload: bytes) -> Any:
    """The JSON of a payload.

    Raises:
        Unreadable: it is none.
    """
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"payload: no JSON ({str(error)[:100]})") from None


def _bare(given: Any) -> Any:
    return given if isinstance(given, dict | Value) else {"constant": given}


Given = Annotated[Value, BeforeValidator(_bare)]
