"""Whole inputs to begin from: one or two of each kind."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import numpy as np

from models.bundle import GOLDEN, MANIFEST, MODEL, PRETRAINED
from tests.service.mqtt import sensors

SAMPLES = np.sin(np.arange(300, dtype=np.float32))


def write(folder: Path) -> None:
    """Into `folder/TARGET/`, where there are none yet."""
    for target, inputs in _all().items():
        place = folder / target
        place.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(inputs):
            (place / f"seed-{number}").write_bytes(content)


def _all() -> dict[str, list[bytes]]:
    question = json.dumps({"samples": SAMPLES.tolist(), "rate_hz": 12_000, "bearing": {"rolling_elements": 9}}).encode()
    return {
        "csv": [_csv(",", "."), _csv(";", ","), b"a\n" + b"1.5\n" * 20],
        "npy": [_npy(SAMPLES), _npy(SAMPLES.reshape(-1, 2).astype(">i2")), _npy(np.zeros((1, 300)))],
        "wav": [_wav("FLOAT", 1), _wav("PCM_16", 2), _wav("PCM_24", 1)],
        "uff": [_uff(b""), _uff(b"b")],
        "json": [question, question.replace(b"0.0,", b"0,", 1)],
        "raw": [SAMPLES.tobytes(), SAMPLES.astype("<i2").tobytes(), _npy(SAMPLES)],
        "gzip": [gzip.compress(b"x" * 5_000), gzip.compress(b"a") + gzip.compress(SAMPLES.tobytes())],
        "multipart": [_form()],
        "ndjson": [b'{"samples": []}\n\n{}\n', b"x" * 100 + b"\n1"],
        "inference": _inferences(),
        "tensors": [bytes(300), bytes(range(256))],
        "tar": [
            _tar(tarfile.GNU_FORMAT, "."),
            _tar(tarfile.PAX_FORMAT, "aligned/1.0.0"),
            _tar(tarfile.USTAR_FORMAT, "x"),
        ],
        "bearing": [
            b"6205-2RS JEM",
            b"rolling_elements=9,diameter_ratio=0.2",
            b"9,0.2",
            b"bpfo=3.6,bpfi=5.4,bsf=2,ftf=0.4",
        ],
        "mqtt": [
            sensors.array(SAMPLES[:20], SAMPLES[20:40]),
            sensors.base64_json(SAMPLES),
            *sensors.chunks(SAMPLES, size=301),
        ],
    }


def _csv(separator: str, point: str) -> bytes:
    rows = [f"{number / 12_000:.6f}{separator}{number % 7}.25".replace(".", point) for number in range(20)]
    return "\n".join([f"time (s){separator}acc (m/s2)", *rows]).encode()


def _npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _wav(subtype: str, channels: int) -> bytes:
    import soundfile

    stream = io.BytesIO()
    soundfile.write(stream, SAMPLES.reshape(-1, channels) / 2, 12_000, subtype=subtype, format="WAV")
    return stream.getvalue()


def _uff(kind: bytes) -> bytes:
    values = SAMPLES.astype("<f8")
    first = (
        b"    58b     1     2          11%12d     0     0           0           0" % values.nbytes
        if kind
        else b"    58"
    )
    head = [b"    -1", first, b"drive end", b"NONE", b"", b"NONE", b"NONE"]
    head.append(b"    1         0    0         0       NONE         1   3       NONE         0   0")
    head.append(b"         4       300         1  0.00000e+00  8.33333e-05  0.00000e+00")
    axis = b"%10d    0    0    0 %-20s %-20s"
    head += [axis % (17, b"time", b"s"), axis % (12, b"acc", b"g"), axis % (0, b"", b""), axis % (0, b"", b"")]
    text = b"\n".join(b"".join(b"%20.11e" % value for value in values[at : at + 4]) for at in range(0, 300, 4)) + b"\n"
    return b"\n".join(head) + b"\n" + (values.tobytes() if kind else text) + b"    -1\n"


def _form() -> bytes:
    part = b'--xyz\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    parts = part % (b"file", b'; filename="x.csv"\r\nContent-Type: text/csv', b"1\n2\n3")
    return parts + part % (b"rate_hz", b"", b"12000") + part % (b"unit", b"", b"g") + b"--xyz--\r\n"


def _inferences() -> list[bytes]:
    tensor = {"name": "windows", "shape": [1, 1, 4], "datatype": "FP32"}
    plain = {"inputs": [tensor | {"data": [0.5, -1, 2, 1e3]}], "id": "seven", "parameters": {"timeout": 100}}
    nested = {"inputs": [tensor | {"data": [[[0.5, -1.5, 2, 1e3]]]}], "outputs": [{"name": "windows"}]}
    told = {"rate_hz": 12000, "bearing": "6205", "scale": 0.1, "windows": True, "binary_data_output": True}
    counts = {"name": "samples", "shape": [300], "datatype": "INT16", "parameters": {"binary_data_size": 600}}
    wanted = [{"name": "windows", "parameters": {"binary_data": True}}]
    sized = tensor | {"parameters": {"binary_data_size": 16}}
    return [
        json.dumps(plain).encode(),
        json.dumps(nested).encode(),
        json.dumps({"inputs": [counts], "parameters": told}).encode() + b"\n" + SAMPLES.astype("<i2").tobytes(),
        json.dumps({"inputs": [sized], "outputs": wanted}).encode() + b"\n" + SAMPLES[:4].tobytes(),
    ]


def _tar(kind: int, within: str) -> bytes:
    """The shipped bundle's manifest, over files of some bytes: small enough for a fuzzer to change."""
    files = {MODEL: b"a graph", GOLDEN: b"some windows"}
    manifest = json.loads((PRETRAINED / "aligned" / "1.0.0" / MANIFEST).read_text())
    manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=kind) as tar:
        for name, content in {MANIFEST: json.dumps(manifest, separators=(",", ":")).encode(), **files}.items():
            member = tarfile.TarInfo(f"{within}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()
