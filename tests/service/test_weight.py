"""What the largest bodies weigh while they are read and diagnosed; with -s it prints the figures of docs/inputs.md."""

import io
from collections.abc import Callable

import httpx2
import numpy as np
import pytest
import soundfile

from tests.service.running import running

LARGEST, LARGEST_TEXT = 127 << 20, 31 << 20
"""Bytes, a little under the limits."""

RATE_HZ = 1_000_000


def noise(size: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(size, dtype=np.float32)


def float32() -> bytes:
    return noise(LARGEST // 4).tobytes()


def wav() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, 0.1 * noise(LARGEST - 100), RATE_HZ, format="WAV", subtype="PCM_U8")
    return file.getvalue()


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, (20 * noise(LARGEST - 128)).astype(np.int8))
    return file.getvalue()


def csv() -> bytes:
    return b"1\n" * (LARGEST_TEXT // 2)


def json() -> bytes:
    numbers = ",".join(f"{each:07.4f}" for each in np.abs(noise(LARGEST_TEXT // 8 - 8)) % 10 + 10)
    return b'{"samples": [%s]}' % numbers.encode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "kind", "query", "times"),
    [
        (float32, "application/octet-stream", "", 2),
        (wav, "audio/wav", "", 7),
        (npy, "application/x-npy", "", 7),
        (npy, "application/x-npy", "&scale=0.01", 11),
        (csv, "text/csv", "", 13),
        (json, "application/json", "", 13),
    ],
)
def test_the_largest_body_weighs_no_more_than_so_many_times_its_bytes(
    body: Callable[[], bytes], kind: str, query: str, times: int
) -> None:
    content = body()
    with running(auth="none", store="none", deadline_s=600) as service:
        url, headers = f"{service.url}/v1/diagnose?rate_hz={RATE_HZ}", {"Content-Type": kind}
        # What is imported late is imported.
        assert httpx2.post(url, content=noise(4096).tobytes(), timeout=60).status_code == 200
        rest = service.process.memory_info().rss / (1 << 20)
        answer = httpx2.post(url + query, content=content, headers=headers, timeout=600)
        assert answer.status_code == 200, answer.text
        weighs = service.peak_mib() - rest
    size = len(content) / (1 << 20)
    print(f"\n{body.__name__}{query}, {size:.0f} MiB: {weighs:.0f} MiB over {rest:.0f} at rest")
    assert weighs < times * size
