"""Bodies in gzip or zlib (RFC 1952, 1950): unpacked in bounded pieces, so that a bomb is refused before it swells."""

import zlib
from collections.abc import Iterator

from service.errors import RequestRefused, refused

_WITH_HEADER = 32 + zlib.MAX_WBITS  # of either kind; zlib is what the content encoding deflate means
_PIECE_IN, _PIECE_OUT = 1 << 14, 1 << 16
_MOST_MEMBERS = 1024
"""As `cat a.gz b.gz` makes them; each costs a new decompressor, however short it is."""


class Unpacking:
    """A compressed stream that comes in chunks."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_WITH_HEADER)
        self._members = 1

    def pieces(self, chunk: bytes | bytearray | memoryview) -> Iterator[bytes]:
        """What `chunk` unpacks to, at most 64 KiB at a time.

        Raises:
            RequestRefused: 422, neither gzip nor zlib.
        """
        view = memoryview(chunk)
        for first in range(0, len(view), _PIECE_IN):
            yield from self._unpacked(bytes(view[first : first + _PIECE_IN]))

    def end(self) -> None:
        """Nothing follows.

        Raises:
            RequestRefused: 422, the stream was cut off.
        """
        if not self._member.eof:
            raise _no_gzip("it was cut off")

    def _unpacked(self, left: bytes) -> Iterator[bytes]:
        full = False
        while left or full:
            if self._member.eof:
                self._next_member()
            try:
                piece = self._member.decompress(left, _PIECE_OUT)
            except zlib.error:
                raise _no_gzip("it begins otherwise, or is damaged") from None
            if piece:
                yield piece
            # A full piece may have left something inside, even where all that came in is consumed.
            full = len(piece) == _PIECE_OUT and not self._member.eof
            left = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise _no_gzip(f"it has over {_MOST_MEMBERS} members")
        self._member = zlib.decompressobj(_WITH_HEADER)


def unpacked(body: bytes | bytearray | memoryview, limit: int) -> bytearray:
    """The whole of a compressed body.

    Raises:
        RequestRefused: 413, over `limit` bytes; 422, neither gzip nor zlib.
    """
    unpacking, found = Unpacking(), bytearray()
    for piece in unpacking.pieces(body):
        found += piece
        if len(found) > limit:
            raise refused(413, "length", f"unpacked at least {len(found)} bytes; at most {limit} are read")
    unpacking.end()
    return found


def _no_gzip(why: str) -> RequestRefused:
    return refused(
        422,
        "content_encoding",
        f"says that the body is compressed, and it is not, or not whole: {why}",
    )
