"""Compressed bodies, read no further than the limit of a body."""

import zlib

from service.errors import refused

IDENTITY = "identity"
READ = (IDENTITY, "gzip", "deflate")

EITHER = 32 + zlib.MAX_WBITS
"""Gzip's header or zlib's, which is what the content encoding deflate means."""


def refuse_unread(encoding: str) -> None:
    """Raises:
    RequestRefused: 415.
    """
    if encoding not in READ:
        raise refused(415, "content_encoding", f"bodies in {encoding[:20]!r} are not read; {', '.join(READ)} are")


def inflated(body: bytes | bytearray, limit: int) -> bytes:
    """What was compressed, at most `limit` bytes.

    Raises:
        RequestRefused: 400, damaged; 413, over the limit.
    """
    stream = zlib.decompressobj(EITHER)
    try:
        content = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise refused(400, "body", f"cannot be inflated: {error}") from None
    if len(content) > limit:
        raise refused(413, "length", f"over {limit} bytes once inflated")
    if not stream.eof or stream.unused_data:
        raise refused(400, "body", "cannot be inflated: it is cut short, or something follows")
    return content
