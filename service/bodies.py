"""Bodies: from bytes of a content type to a question. A new one is one function and one line in `CODECS`."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray
from pydantic import ValidationError
from starlette.requests import Request

from service.errors import RequestRefused, invalid, refused
from service.question import Body, Query, Question, ask
from service.store.trouble import StoreError

JSON = "application/json"
FLOAT32 = "application/octet-stream"
NPY = "application/x-npy"

LONGEST_NPY_HEADER = 16_384

DRAIN_BYTES = 64 << 20
DRAIN_SECONDS = 3.0

Bytes = bytes | bytearray
Codec = Callable[[Bytes, Query], Question]


def read_json(body: Bytes, query: Query) -> Question:
    """A JSON object, strictly: a number is a number, not `true`, `"1.5"` or NaN."""
    try:
        given = Body.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error) from None
    with np.errstate(over="ignore"):
        samples = np.asarray(given.samples, dtype=np.float64).astype(np.float32)
    return ask(samples, query, given)


def read_float32(body: Bytes, query: Query) -> Question:
    """Raw little-endian float32; a .npy file says so in its first bytes and is read as one."""
    if body.startswith(npy_format.MAGIC_PREFIX):
        return read_npy(body, query)
    if len(body) % 4:
        raise refused(422, "samples", f"{len(body)} bytes are no whole number of float32 values")
    return ask(np.frombuffer(body, dtype="<f4"), query)


def read_npy(body: Bytes, query: Query) -> Question:
    """A .npy file of one channel, of any real number type and byte order."""
    return ask(_npy_samples(body), query)


CODECS: dict[str, Codec] = {JSON: read_json, FLOAT32: read_float32, NPY: read_npy}


def codec(content_type: str | None) -> Codec:
    """The codec of a Content-Type header; none is taken for raw samples.

    Raises:
        RequestRefused: 415, no codec for it.
    """
    kind = (content_type or FLOAT32).partition(";")[0].strip().lower()
    if kind not in CODECS:
        raise refused(415, "content_type", f"{kind} cannot be read")
    return CODECS[kind]


def declared(request: Request, limit: int) -> int:
    """How many bytes a body may turn out to hold: what its header says, else all that is read."""
    length = request.headers.get("content-length", "")
    return min(int(length[:12]), limit) if length.isdigit() else limit


async def collect(chunks: AsyncIterator[bytes], declared: str | None, limit: int) -> Bytes:
    """The whole body; given up as soon as it is known to be over `limit` bytes.

    Args:
        chunks: the body as it comes in.
        declared: the header Content-Length.

    Raises:
        RequestRefused: 413, over the limit.
    """
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise _too_large(int(declared), limit)
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise _too_large(len(body), limit)
    return body


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


def _too_large(size: int, limit: int) -> Exception:
    return refused(413, "length", f"at least {size} bytes; at most {limit} are read")


def _npy_samples(body: Bytes) -> NDArray[np.float32]:
    stream = io.BytesIO(body[:LONGEST_NPY_HEADER])
    try:
        version = npy_format.read_magic(stream)
        read = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}[version]
        shape, _, kind = read(stream)
    except Exception:  # numpy's parser of the header lets through what Python's tokenizer and evaluator raise
        raise refused(422, "samples", "not a .npy file of version 1.0 or 2.0") from None
    if kind.kind not in "fiu":
        raise refused(422, "samples", f".npy of type {kind}; real numbers are wanted")
    # The header is only a claim: nothing is allocated by it.
    held = len(body) - stream.tell()
    count = 1
    for extent in shape:
        count *= extent
    if count * kind.itemsize != held:
        raise refused(422, "samples", f".npy of shape {shape} needs {count * kind.itemsize} bytes, {held} follow")
    if sum(extent != 1 for extent in shape) > 1:
        raise refused(422, "samples", f".npy of shape {shape}; one channel is wanted")
    with np.errstate(over="ignore"):
        return np.frombuffer(body, dtype=kind, offset=stream.tell()).astype(np.float32)
