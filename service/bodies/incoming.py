"""A body as it comes in: given up as soon as it is known to be too large, and taken to its end where it is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from service.errors import RequestRefused, refused
from service.store.trouble import StoreError

IDENTITY = "identity"
ENCODINGS = (IDENTITY, "gzip", "x-gzip", "deflate")

DRAIN_BYTES = 64 << 20
DRAIN_SECONDS = 3.0


def encoding_of(header: str | None) -> str:
    """What the header Content-Encoding says.

    Raises:
        RequestRefused: 415, one that is not read.
    """
    encoding = (header or IDENTITY).strip().lower()
    if encoding not in ENCODINGS:
        raise refused(415, "content_encoding", f"bodies in {encoding[:20]} are not read")
    return encoding


def declared(request: Request, limit: int) -> int:
    """How many bytes a body may turn out to hold: what its header says, else all that is read."""
    length = request.headers.get("content-length", "")
    return min(int(length[:12]), limit) if length.isdigit() else limit


async def limited(chunks: AsyncIterator[bytes], length: str | None, limit: int) -> AsyncIterator[bytes]:
    """The chunks, until it is known that there will be more than `limit` bytes of them.

    Args:
        chunks: the body as it comes in.
        length: the header Content-Length.
        limit: bytes.

    Raises:
        RequestRefused: 413, over the limit.
    """
    if length is not None and length.isdigit() and int(length) > limit:
        raise too_large(int(length), limit)
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise too_large(size, limit)
        yield chunk


async def collect(chunks: AsyncIterator[bytes], length: str | None, limit: int) -> bytearray:
    """The whole body, `limited`."""
    body = bytearray()
    async for chunk in limited(chunks, length, limit):
        body += chunk
    return body


async def small_body(request: Request, kind: str, limit: int, field: str = "order") -> bytearray:
    """The whole body of a request that brings no signal.

    Args:
        kind: its only content type.
        limit: bytes.
        field: what refusals call it.

    Raises:
        RequestRefused: 413, over the limit; 415, of another type.
    """
    async with drained_if_refused(request):
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given != kind:
            raise refused(415, field, f"{given or 'a body without a type'} cannot be read")
        return await collect(request.stream(), request.headers.get("content-length"), limit)


@asynccontextmanager
async def drained_if_refused(request: Request) -> AsyncIterator[None]:
    """Around what may refuse a request whose body is not read yet."""
    try:
        yield
    except (RequestRefused, StoreError):
        await drain(request)
        raise


async def drain(request: Request) -> None:
    """Takes what a client is still sending, so that it reads the refusal instead of a broken connection."""
    if "expect" in request.headers:  # it waits for leave to send: the refusal is enough
        return
    left = DRAIN_BYTES
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while left > 0:
                message = await request.receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def too_large(size: int, limit: int) -> RequestRefused:
    """More than is read."""
    return refused(413, "length", f"at least {size} bytes; at most {limit} are read")
