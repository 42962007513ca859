"""What is asked: the same windows, as each server's own documentation wants them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Windows = NDArray[np.float32]

JSON, BINARY = "JSON", "binary"
TYPES = {JSON: "application/json", BINARY: "application/octet-stream"}


@dataclass(frozen=True)
class Question:
    """One request: path, headers, body, and the method."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    def as_bytes(self, port: int) -> bytes:
        """The request as it goes over the wire, on a connection that is kept."""
        headers = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(self.body)), **self.headers}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body

    def given(self, headers: dict[str, str]) -> "Question":
        """With these headers as well."""
        return replace(self, headers=self.headers | headers)


def protocol_json(windows: Windows) -> Question:
    """The Open Inference Protocol's request."""
    data = {"shape": windows.shape, "datatype": "FP32", "data": _numbers(windows)}
    return _asked(_OIP, JSON, {"inputs": [{"name": "windows", **data}]})


def protocol_binary(windows: Windows) -> Question:
    """The same by its extension for binary data."""
    raw = windows.astype("<f4").tobytes()
    given = {"shape": windows.shape, "datatype": "FP32", "parameters": {"binary_data_size": len(raw)}}
    asked = {"inputs": [{"name": "windows", **given}], "parameters": {"binary_data_output": True}}
    head = json.dumps(asked, separators=(",", ":")).encode()
    headers = {"Content-Type": TYPES[BINARY], "Inference-Header-Content-Length": str(len(head))}
    return Question(_OIP, headers, head + raw)


def row(path: str) -> Callable[[Windows], Question]:
    """`{"windows": [...]}`, all numbers in one row."""
    return lambda windows: _asked(path, JSON, {"windows": _numbers(windows)})


def nested(path: str) -> Callable[[Windows], Question]:
    """`{"windows": [[[...]]]}`, in the shape of the windows."""
    shape = "windows"
    return lambda windows: _asked(path, JSON, {shape: np.reshape(_numbers(windows), windows.shape).tolist()})


def raw(path: str) -> Callable[[Windows], Question]:
    """Little-endian float32 and nothing else."""
    return lambda windows: Question(path, {"Content-Type": TYPES[BINARY]}, windows.astype("<f4").tobytes())


_OIP = "/v2/models/order/infer"


def _asked(path: str, kind: str, body: object) -> Question:
    return Question(path, {"Content-Type": TYPES[kind]}, json.dumps(body, separators=(",", ":")).encode())


def _numbers(windows: Windows) -> list[float]:
    """As short as float32 is written: what a client of that precision sends."""
    return [float(str(value)) for value in windows.ravel()]
