"""The page's files: read once, compressed once, kept by browsers for as long as they stay the same.

Every file lies under a path that holds the sha256 of all of them, so that a browser never asks twice for the same and
never mixes two versions; only `/` is asked anew, and answered with 304 where nothing has changed.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response

from service.packed import takes_gzip

FOLDER = Path(__file__).with_name("static")
INDEX = "index.html"
VERSION_HERE = b"{version}"

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_ANEW = "no-cache"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Of the page: scripts and styles from its own files alone, and nothing to or from elsewhere."""


@dataclass(frozen=True)
class StaticFile:
    """One file, as it is and in gzip."""

    kind: str
    plain: bytes
    packed: bytes
    tag: str

    def response(self, asked: Headers, caching: str) -> Response:
        """The file, or 304 where the browser has it."""
        headers = {
            "ETag": self.tag,
            "Cache-Control": caching,
            "Vary": "Accept-Encoding",
            "Content-Security-Policy": POLICY,
        }
        if self.tag in asked.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if not takes_gzip(asked):
            return Response(self.plain, media_type=self.kind, headers=headers)
        return Response(self.packed, media_type=self.kind, headers=headers | {"Content-Encoding": "gzip"})


@dataclass(frozen=True)
class StaticFiles:
    """All of them, by their path in the folder."""

    version: str
    files: dict[str, StaticFile]


@cache
def static_files() -> StaticFiles:
    """Those of the folder `static`; read at first use."""
    read = {str(path.relative_to(FOLDER)): path.read_bytes() for path in sorted(FOLDER.rglob("*")) if path.is_file()}
    whole = hashlib.sha256()
    for name, content in read.items():
        whole.update(f"{name} {len(content)}\n".encode() + content)
    version = whole.hexdigest()[:16]
    read[INDEX] = read[INDEX].replace(VERSION_HERE, version.encode())
    return StaticFiles(version, {name: _file(name, content) for name, content in read.items()})


def _file(name: str, content: bytes) -> StaticFile:
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    return StaticFile(KINDS.get(Path(name).suffix, "text/plain"), content, gzip.compress(content, 9, mtime=0), tag)
