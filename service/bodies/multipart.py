"""Forms with files (multipart/form-data, RFC 7578), taken apart in memory that the body's limit has bounded."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import ValidationError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from service.bodies.codec import Bytes
from service.errors import RequestRefused, invalid, refused
from service.question import Query

FORM = "multipart/form-data"
MOST_PARTS = 1000
_PIECE = 1 << 20
_LONGEST_FIELD = 1000
_LONGEST_NAME = 200


@dataclass
class File:
    """A part with a file name."""

    name: str
    content_type: str | None
    content: bytearray = field(default_factory=bytearray)


@dataclass
class Form:
    """The files, and the fields that say what a query says."""

    files: list[File] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def query(self) -> Query:
        """The fields as a query.

        Raises:
            RequestRefused: 422, a field that is none of a query.
        """
        try:
            return Query.model_validate(self.fields)
        except ValidationError as error:
            raise invalid(error) from None


def split(body: Bytes, content_type: str) -> Form:
    """The parts of a form; a bytearray is used up by it, so that no more than one of the body and its parts is large.

    Raises:
        RequestRefused: 422, no form.
    """
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise _no_form("Content-Type says no boundary")
    parts = _Parts()
    try:
        parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]
        for piece in _used_up(body):
            parser.write(piece)
        parser.finalize()
    except FormParserError as error:
        raise _no_form(str(error)) from None
    if not parts.ended:
        raise _no_form("it was cut off before its last boundary")
    return parts.form


def _used_up(body: Bytes) -> Iterator[bytes]:
    if not isinstance(body, bytearray):
        view = memoryview(body)
        yield from (bytes(view[at : at + _PIECE]) for at in range(0, len(view), _PIECE))
        return
    while body:
        piece = bytes(body[:_PIECE])
        del body[:_PIECE]  # of the front, which moves nothing
        yield piece


class _Parts:
    """What the parser calls for each piece that it finds."""

    def __init__(self) -> None:
        self.form = Form()
        self.ended = False
        self._count = 0
        self._headers: dict[bytes, bytes] = {}
        self._header, self._value = bytearray(), bytearray()
        self._name = ""
        self._file: File | None = None
        self._field = bytearray()

    def callbacks(self) -> dict[str, object]:
        """By the parser's names for them."""
        names = (
            "part_begin",
            "part_data",
            "part_end",
            "header_field",
            "header_value",
            "header_end",
            "headers_finished",
        )
        return {f"on_{name}": getattr(self, name) for name in names} | {"on_end": self.end}

    def part_begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise _no_form(f"over {MOST_PARTS} parts")
        self._headers, self._file, self._field = {}, None, bytearray()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        if b"name" not in options:
            raise _no_form("a part without a name")
        self._name = _text(options[b"name"])
        if b"filename" in options:
            kind = self._headers.get(b"content-type")
            name = _text(options[b"filename"])[-_LONGEST_NAME:]
            self._file = File(name, None if kind is None else _text(kind))

    def part_data(self, data: bytes, start: int, end: int) -> None:
        into = self._field if self._file is None else self._file.content
        into += memoryview(data)[start:end]
        if self._file is None and len(into) > _LONGEST_FIELD:
            raise _no_form(f"the field {self._name[:40]!r} has over {_LONGEST_FIELD} bytes; a file has a file name")

    def part_end(self) -> None:
        if self._file is not None:
            self.form.files.append(self._file)
        elif self._name in self.form.fields:
            raise refused(422, self._name[:_LONGEST_NAME], "stands in the form twice; give it once")
        else:
            self.form.fields[self._name] = _text(bytes(self._field))

    def end(self) -> None:
        self.ended = True


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


def _no_form(why: str) -> RequestRefused:
    return refused(422, "body", f"no whole multipart/form-data: {why}")
