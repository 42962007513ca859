"""What is fuzzed: each parser of our own, with what it may raise, and how large what it returns may be.

Foreign parsers (MATLAB, TDMS) are held by a process of their own instead (`data.formats.confined`).
"""

import io
import tempfile
from collections.abc import Callable
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.bearing import read_bearing
from data.errors import FormatError, SignalError
from data.formats import EVERY, FORMATS, Source
from models.bundle import Bundle, BundleError
from service.archive import ArchiveError, unpack
from service.bodies import read_float32, read_int16, read_json
from service.bodies.gzip import Unpacking, unpacked
from service.bodies.multipart import split
from service.bodies.ndjson import Splitting
from service.errors import RequestRefused
from service.inference_protocol import messages
from service.mqtt import reading
from service.mqtt.mapping import read_mapping
from service.mqtt.piece import pieces
from service.mqtt.value import Unreadable
from service.question import Query
from service.staging import staging
from tests.service.mqtt.sensors import EXAMPLES, TOPICS

if TYPE_CHECKING:
    import atheris

QUERY = Query(rate_hz=12_000)
LIMIT = 1 << 20
MAPPINGS = {name: read_mapping(EXAMPLES / f"{name}.toml") for name in TOPICS}
MOST_OF_ANSWER = 40
"""Bytes of an answer for each of its question: `1e9,` may come back as 1000000000.0, and a tensor brings its name."""

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where files cost no disk."""


def file(ending: str, most: int) -> Callable[[bytes], None]:
    """A file format: of so many bytes, at most `most` times as many samples."""

    def fuzz(content: bytes) -> None:
        try:
            signals = FORMATS[ending](Source("x", io.BytesIO(content)), EVERY)
        except FormatError:
            return
        assert sum(signal.samples.size for signal in signals) <= most * len(content)

    return fuzz


def json(body: bytes) -> None:
    """A JSON body."""
    try:
        question = read_json(body, QUERY)
    except (RequestRefused, SignalError):
        return
    assert 256 <= question.recording.samples.size <= len(body)


def raw(body: bytes) -> None:
    """Samples as they lie in memory; those that begin like .npy are."""
    for read, query in ((read_float32, QUERY), (read_int16, QUERY.model_copy(update={"scale": 0.1}))):
        try:
            question = read(body, query)
        except (RequestRefused, SignalError):
            continue
        assert question.recording.samples.size <= len(body)


def gzip(body: bytes) -> None:
    """A body in gzip, whole and in chunks."""
    try:
        whole = unpacked(body, LIMIT)
    except RequestRefused:
        return
    assert len(whole) <= LIMIT
    unpacking, parts = Unpacking(), bytearray()
    size = max(1, len(body) // 40)
    for first in range(0, len(body), size):
        for piece in unpacking.pieces(body[first : first + size]):
            parts += piece
    unpacking.end()
    assert parts == whole


def multipart(body: bytes) -> None:
    """A form, under a boundary that the body's own first line may name."""
    boundary = body.partition(b"\n")[0].strip(b"\r-").decode("latin-1")
    try:
        form = split(body, f'multipart/form-data; boundary="{boundary}"')
        form.query()
    except RequestRefused:
        return
    assert sum(len(each.content) for each in form.files) <= len(body)


def ndjson(body: bytes) -> None:
    """Lines, split in pieces of several sizes: always the same ones."""
    found = []
    for size in (max(1, len(body) // 40), max(3, len(body) // 7), len(body) or 1):
        splitting = Splitting(longest=64)
        lines = [line for at in range(0, len(body), size) for line in splitting.lines(body[at : at + size])]
        lines += splitting.last()
        found.append([(number, line if isinstance(line, bytes) else None) for number, line in lines])
    assert found[0] == found[1] == found[2]
    assert all(line is None or (b"\n" not in line and len(line) <= 64) for _, line in found[0])


def inference(body: bytes) -> None:
    """A question of the Open Inference Protocol: the header ends with the first line, where there are several.

    The answer gives back what came in, so that it is as long as what was asked for.
    """
    try:
        asked = messages.read(body, body.find(b"\n") + 1 or None)
    except RequestRefused:
        return
    assert sum(values.size for values in asked.inputs.values()) <= len(body)
    with np.errstate(all="ignore"):
        outputs = {name: values.astype(np.float32) for name, values in asked.inputs.items()}
    try:
        answer, head_bytes = messages.write("m", "1", asked, messages.Answer(outputs))
    except RequestRefused:
        return
    assert head_bytes is None or head_bytes <= len(answer)
    assert len(answer) <= MOST_OF_ANSWER * len(body)


def tensors(content: bytes) -> None:
    """As `inference`, with a question that is JSON whatever the bytes are: these choose what it says."""
    import atheris  # of the extra `fuzz`, which the tests that try these targets on a few inputs do without

    chosen = atheris.FuzzedDataProvider(content)
    inputs = [_tensor(chosen) for _ in range(chosen.ConsumeIntInRange(0, 3))]
    outputs = [_output(chosen) for _ in range(chosen.ConsumeIntInRange(0, 3))]
    question = {"inputs": inputs, "parameters": _parameters(chosen), "id": chosen.PickValueInList(["", "seven", 7])}
    asked = question | chosen.PickValueInList([{}, {"outputs": outputs}, {"outputs": None}])
    inference(dumps(asked).encode() + b"\n" + chosen.ConsumeBytes(chosen.remaining_bytes()))


def _tensor(chosen: "atheris.FuzzedDataProvider") -> dict[str, Any]:
    numbers = chosen.ConsumeFloatListInRange(chosen.ConsumeIntInRange(0, 9), -1e40, 1e40)
    data = chosen.PickValueInList([numbers, [round(each) for each in numbers], [numbers], [[numbers], numbers], None])
    return {
        "name": chosen.PickValueInList(["windows", "samples", ""]),
        "shape": chosen.ConsumeIntListInRange(chosen.ConsumeIntInRange(0, 4), -1, 9),
        "datatype": chosen.PickValueInList(["FP32", "FP64", "INT16", "BYTES"]),
        "parameters": _parameters(chosen),
    } | chosen.PickValueInList([{}, {"data": data}])


def _output(chosen: "atheris.FuzzedDataProvider") -> dict[str, Any]:
    return {"name": chosen.PickValueInList(["windows", "samples"]), "parameters": _parameters(chosen)}


def _parameters(chosen: "atheris.FuzzedDataProvider") -> dict[str, Any]:
    names = ["binary_data_size", "binary_data", "binary_data_output", "timeout", "classification"]
    values = [True, False, "x", 1e300, chosen.ConsumeIntInRange(-1, 80)]
    count = chosen.ConsumeIntInRange(0, 2)
    return {chosen.PickValueInList(names): chosen.PickValueInList(values) for _ in range(count)}


def tar(content: bytes) -> None:
    """A bundle as it comes in, in an archive: its files in one folder, and nothing anywhere else."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as root, staging(Path(root)) as folder:
        archive, into = folder / "bundle.tar", folder / "bundle"
        archive.write_bytes(content)
        try:
            unpack(archive, into)
        except ArchiveError:
            assert list(folder.iterdir()) == [archive]
            return
        finally:
            assert list(Path(root).iterdir()) == [folder]
        assert sum(file.lstat().st_size for file in into.iterdir()) <= len(content)
        try:
            Bundle.load(into)
        except BundleError:
            return


def bearing(text: bytes) -> None:
    """What stands in a query as `bearing`."""
    try:
        found = read_bearing(text.decode("utf-8", errors="replace"))
    except SignalError:
        return
    assert found.orders.bpfo > 0


def mqtt(payload: bytes) -> None:
    """A message, under each mapping of docs/examples/mqtt."""
    for name, topic in TOPICS.items():
        mapping = MAPPINGS[name]
        for source in mapping.sources:
            assert all(piece.digest for piece in pieces(mapping, topic, payload))
            try:
                got = reading.read(mapping, source, topic, [payload])
            except Unreadable:
                continue
            assert got.signal.samples.size <= len(payload)
            got.retried()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "csv": file(".csv", 1),
    "npy": file(".npy", 8),
    "wav": file(".wav", 1),
    "uff": file(".uff", 1),
    "json": json,
    "raw": raw,
    "gzip": gzip,
    "multipart": multipart,
    "ndjson": ndjson,
    "inference": inference,
    "tensors": tensors,
    "tar": tar,
    "bearing": bearing,
    "mqtt": mqtt,
}
