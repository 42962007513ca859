"""An answer that is large, in gzip where that is taken; of small ones it would cost more than it saves."""

import gzip
import re

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response

from service.parts import Parts

LEVEL = 6
GZIP = re.compile(r"gzip\s*(;|$)")
REFUSED = re.compile(r"[^;]*;\s*q=0(\.0*)?\s*(;|$)")
"""A weight of 0: "not acceptable" (RFC 9110, 12.4.2)."""


async def packed(parts: Parts, request: Request, content: bytes, kind: str) -> Response:
    """`content` of that media type; takes processor time."""
    headers = {"Vary": "Accept-Encoding"}
    if takes_gzip(request.headers):
        content = await parts.in_pool(lambda: gzip.compress(content, LEVEL, mtime=0))
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=kind, headers=headers)


def takes_gzip(headers: Headers) -> bool:
    """Says the request so, and does not take it back by a weight of 0?"""
    codings = (each.strip() for each in headers.get("accept-encoding", "").lower().split(","))
    return any(GZIP.match(each) and not REFUSED.match(each) for each in codings)
