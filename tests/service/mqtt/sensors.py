"""Sensors as others build them: three payloads that are not ours, each with its mapping in docs/examples/mqtt."""

import base64
import json
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples" / "mqtt"
Samples = NDArray[np.float32]

TOPICS = {
    "array": "site/A4C138/vibration",
    "base64": "plant/pump-7/vibration/x",
    "chunks": "raw/gearbox-2/z/wave",
}
RATE_HZ = 12_800
LSB_G = 0.000488


def noise(seed: int = 0, size: int = 3000) -> Samples:
    """In g."""
    return np.random.default_rng(seed).standard_normal(size).astype(np.float32)


def array(x: Samples, y: Samples, number: int = 812) -> bytes:
    """JSON with an array of axes in m/s2, and metadata."""
    axes = [
        {"axis": name, "unit": "m/s^2", "values": (9.80665 * samples.astype(float)).tolist()}
        for name, samples in (("X", x), ("Y", y))
    ]
    metadata = {"device": "A4C138", "seq": number, "ts": 1767225600.25, "fs_khz": RATE_HZ / 1000, "rpm": 1480}
    return json.dumps(metadata | {"accel": axes}).encode()


def base64_json(samples: Samples, name: str = "7f1c", rate_hz: int = RATE_HZ) -> bytes:
    """JSON with int16 in base64."""
    counts = np.clip(np.round(samples / LSB_G), -32768, 32767).astype("<i2")
    content = {"id": name, "recorded": "2026-01-01T00:00:00Z", "rate": rate_hz, "lsb_g": LSB_G}
    return json.dumps(content | {"data": base64.b64encode(counts.tobytes()).decode()}).encode()


def chunks(samples: Samples, number: int = 1, size: int = 1001) -> list[bytes]:
    """Raw big-endian int16 of 0.1 mV from a sensor of 100 mV/g, cut where a sample is not whole."""
    raw = np.round(samples * 1000).astype(">i2").tobytes()
    parts = [raw[at : at + size] for at in range(0, len(raw), size)]
    return [struct.pack(">IHHIf", number, at, len(parts), RATE_HZ, 1480 / 60) + part for at, part in enumerate(parts)]
