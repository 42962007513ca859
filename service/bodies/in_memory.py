"""Bytes as a file, without the copy that `io.BytesIO` makes of what can change."""

import io
from typing import Any

from service.bodies.codec import Bytes


class _InMemory(io.RawIOBase):
    def __init__(self, content: Bytes) -> None:
        self._content = memoryview(content)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begins = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._content)}
        if begins[whence] + offset < 0:
            raise OSError(f"no place before the first byte: {offset}")
        self._at = begins[whence] + offset
        return self._at

    def readinto(self, into: Any) -> int:
        piece = self._content[self._at : self._at + len(into)]
        into[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def as_file(content: Bytes) -> io.BufferedReader:
    """To be read from its first byte."""
    return io.BufferedReader(_InMemory(content))
