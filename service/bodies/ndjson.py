"""Lines of JSON (NDJSON): one object a line, split as the bytes come in."""

import re
from collections.abc import Iterator

from service.errors import RequestRefused, refused

NDJSON = "application/x-ndjson"
_LONGEST_BLANK = 1000
NAMES = (NDJSON, "application/jsonl", "application/x-jsonlines", "application/jsonlines")


class Splitting:
    """Bytes that come in pieces, and go out as lines with their numbers from 1; lines of blanks are counted only."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.number = 0
        self._begun = bytearray()
        self._skipping = False
        # No longer ones than may be: those are told of.
        self._blank_lines = re.compile(rb"(?:[^\S\n]{0,%d}\n)++" % min(longest, _LONGEST_BLANK))

    def lines(self, piece: bytes) -> "Iterator[tuple[int, bytes | RequestRefused]]":
        """Those that `piece` completes; one over the longest is a refusal in its place, and the next goes on."""
        first = 0
        while (end := piece.find(b"\n", first)) >= 0:
            yield from self._end(piece[first:end])
            first = self._past_blank_lines(piece, end + 1)
        self._grow(piece[first:])

    def last(self) -> "Iterator[tuple[int, bytes | RequestRefused]]":
        """What follows after the last line feed."""
        yield from self._end(b"")

    def _past_blank_lines(self, piece: bytes, first: int) -> int:
        """Where they end: they cost no more than to be counted, for a body may be millions of them."""
        found = self._blank_lines.match(piece, first)
        if found is None:
            return first
        self.number += piece.count(b"\n", first, found.end())
        return found.end()

    def _grow(self, part: bytes) -> None:
        if self._skipping:
            return
        self._begun += part
        if len(self._begun) > self.longest:
            self._skipping = True
            self._begun = bytearray()

    def _end(self, part: bytes) -> "Iterator[tuple[int, bytes | RequestRefused]]":
        self._grow(part)
        line, skipped = bytes(self._begun), self._skipping
        self._begun, self._skipping = bytearray(), False
        self.number += 1
        if skipped:
            yield self.number, refused(413, "length", f"a line of over {self.longest} bytes; no more are read")
        elif line.strip():
            yield self.number, line
