"""A whole request: its body received under the limit of its kind, and the signals in it, from one file or several."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from starlette.requests import Request

from service.bodies import BY_ENDING, CODECS, FLOAT32, JSON, Bytes, Codec, codec, kind_of
from service.bodies.codec import Several
from service.bodies.gzip import unpacked
from service.bodies.incoming import IDENTITY, collect, encoding_of, too_large
from service.bodies.json import refuse_heavy
from service.bodies.multipart import FORM, File, split
from service.bodies.ndjson import NAMES
from service.errors import RequestRefused, refused
from service.question import Given, Query, joined, source_of
from service.settings import Settings

RAW = ("", ".bin", ".dat", ".f32", ".raw")
"""Endings of samples alone. What else a client sends without knowing its type (curl does) is a file of another kind:
compressed, a log, a workbook; its bytes are numbers too, and no signal."""


@dataclass(frozen=True, eq=False)
class Upload:
    """What came in: the body as it was sent, and what its headers say of it."""

    body: Bytes
    content_type: str | None
    encoding: str
    limit: int


@dataclass(frozen=True)
class Announced:
    """What a request's headers say of its body, before it comes in."""

    content_type: str | None
    encoding: str
    limit: int

    async def receive(self, request: Request) -> Upload:
        """Takes the body in.

        Raises:
            RequestRefused: 413, over the limit of its kind.
        """
        body = await collect(request.stream(), request.headers.get("content-length"), self.limit)
        return Upload(body, self.content_type, self.encoding, self.limit)


def announced(request: Request, settings: Settings, *, lines: bool = False) -> Announced:
    """The body that will come.

    Args:
        lines: whether it may also be lines of JSON.

    Raises:
        RequestRefused: 415, a kind or encoding that is not read.
    """
    content_type = request.headers.get("content-type")
    # Forms and lines are as large as what is in them may be; their parts have the limits of their kinds.
    several = kind_of(content_type) in (FORM, *(NAMES if lines else ()))
    text = not several and codec(content_type).text
    return Announced(content_type, encoding_of(request.headers.get("content-encoding")), settings.max_bytes(text=text))


def one(upload: Upload, query: Query, settings: Settings) -> Given:
    """The only signal of an upload.

    Raises:
        RequestRefused: it cannot be read, or has not one file with one channel that is wanted.
    """
    return channels(upload, query, settings, False)[0]


def channels(upload: Upload, query: Query, settings: Settings, wanted: Several) -> list[Given]:
    """The channels that are wanted of the only recording of an upload.

    Raises:
        RequestRefused: it cannot be read, or has not one file with these channels.
    """
    body = plain(upload)
    if kind_of(upload.content_type) != FORM:
        return codec(upload.content_type).read(body, query, "the body", wanted)
    form = split(body, upload.content_type or "")
    if len(form.files) != 1:
        raise refused(422, "file", f"{len(form.files)} files in the form; POST /v1/diagnose/batch reads several")
    return of_file(form.files[0], joined(query, form.query()), settings, wanted)


def every(upload: Upload, query: Query, settings: Settings) -> Iterator[Given | RequestRefused]:
    """Every channel of every file of an upload; what cannot be read of it is a refusal in its place.

    Raises:
        RequestRefused: nothing of it can be read.
    """
    body = plain(upload)
    if kind_of(upload.content_type) != FORM:
        yield from codec(upload.content_type).read(body, query, "the body", True)
        return
    form = split(body, upload.content_type or "")
    if not form.files:
        raise refused(422, "file", "no file in the form")
    query = joined(query, form.query())
    while form.files:  # each is let go as soon as it is read
        try:
            yield from of_file(form.files.pop(0), query, settings, True)
        except RequestRefused as refusal:
            yield refusal.with_traceback(None)  # which goes through this very frame


def plain(upload: Upload) -> Bytes:
    """The body, unpacked where it came compressed.

    Raises:
        RequestRefused: it cannot be unpacked, or is over its limit then.
    """
    body = upload.body if upload.encoding == IDENTITY else unpacked(upload.body, upload.limit)
    if kind_of(upload.content_type) == JSON:
        refuse_heavy(body, upload.limit)
    return body


def of_file(file: File, query: Query, settings: Settings, wanted: Several) -> list[Given]:
    """The channels that are wanted of a file of a form.

    Raises:
        RequestRefused: it cannot be read, or is over the limit of its kind.
    """
    read = _codec_of(file)
    limit = settings.max_bytes(text=read.text)
    if len(file.content) > limit:
        raise too_large(len(file.content), limit)
    if read is CODECS[JSON]:
        refuse_heavy(file.content, limit)
    name = file.name or "the file"
    return [replace(given, source=source_of(name)) for given in read.read(file.content, query, name, wanted)]


def _codec_of(file: File) -> Codec:
    """By the ending of its name, which people and browsers get right more often than its content type."""
    ending = PurePath(file.name).suffix.lower()
    if ending in BY_ENDING:
        return BY_ENDING[ending]
    if ending == ".json":
        return CODECS[JSON]
    if kind_of(file.content_type) == FLOAT32 and ending not in RAW:
        raise refused(415, "content_type", f"{file.name[:100]}: files that end in {ending[:20]} cannot be read")
    return codec(file.content_type)
