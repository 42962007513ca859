"""An answer that is large, in gzip where that is taken; of small ones it would cost more than it saves."""

import gzip

from fastapi import Request
from starlette.responses import Response

from service.parts import Parts

LEVEL = 6


async def packed(parts: Parts, request: Request, content: bytes, kind: str) -> Response:
    """`content` of that media type; takes processor time."""
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content = await parts.in_pool(lambda: gzip.compress(content, LEVEL, mtime=0))
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=kind, headers=headers)
