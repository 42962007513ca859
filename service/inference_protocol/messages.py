"""What is said in an inference: a JSON header, and behind it the tensors that are sent as bytes.

The Open Inference Protocol, version 2, and its binary tensor data extension: https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol,
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct
from numpy.typing import NDArray

from service.errors import refused
from service.inference_protocol.tensors import from_bytes, from_numbers, in_shape, to_bytes, to_numbers

Parameter = str | int | float | bool
Array = NDArray[Any]

BINARY_SIZE = "binary_data_size"
BINARY_WANTED = "binary_data"
ALL_BINARY = "binary_data_output"
NOT_DONE = ("shared_memory_region", "classification")


class Output(Struct, forbid_unknown_fields=True):
    """An output that is wanted."""

    name: str
    parameters: dict[str, Parameter] = {}


class _Input(Struct, forbid_unknown_fields=True):
    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Parameter] = {}


class _Flat(_Input, forbid_unknown_fields=True):
    data: list[float] | None = None


class _Nested(_Input, forbid_unknown_fields=True):
    data: list[Any] | None = None


class _Header(Struct, forbid_unknown_fields=True):
    id: str = ""
    parameters: dict[str, Parameter] = {}
    outputs: list[Output] | None = None


class _FlatHeader(_Header, forbid_unknown_fields=True, kw_only=True):
    inputs: list[_Flat]


class _NestedHeader(_Header, forbid_unknown_fields=True, kw_only=True):
    inputs: list[_Nested]


# Nearly everybody sends the numbers in one row: a decoder that expects them so is several times quicker.
_FLAT = msgspec.json.Decoder(_FlatHeader)
_NESTED = msgspec.json.Decoder(_NestedHeader)


@dataclass(frozen=True, eq=False)
class Inference:
    """A question: its inputs by name, what is said about it, and the outputs that are wanted (None: all)."""

    inputs: Mapping[str, Array]
    parameters: Mapping[str, Parameter]
    outputs: Sequence[Output] | None
    id: str = ""


@dataclass(frozen=True, eq=False)
class Answer:
    """What a model says: its outputs by name, in its own order, and what rides beside them."""

    outputs: Mapping[str, Array]
    parameters: Mapping[str, Parameter] | None = None


def read(body: bytes | bytearray, header_bytes: int | None) -> Inference:
    """The question in a body whose first `header_bytes` are JSON; None: all of it.

    Raises:
        RequestRefused: 400, not a question of this protocol.
    """
    whole = memoryview(body)
    head, rest = (whole, whole[:0]) if header_bytes is None else (whole[:header_bytes], whole[header_bytes:])
    header = _header(head)
    inputs: dict[str, Array] = {}
    for given in header.inputs:
        if given.name in inputs:
            raise refused(400, given.name, "stands among the inputs twice")
        values, rest = _values(given, rest)
        inputs[given.name] = values
    if len(rest):
        raise refused(400, "inputs", f"{len(rest)} bytes more than the inputs say")
    return Inference(inputs, header.parameters, header.outputs, header.id)


def wanted(asked: Inference, there: Collection[str]) -> Sequence[Output]:
    """The outputs that the answer is to hold, of those that are there.

    Raises:
        RequestRefused: 400, one that is not there, one twice, or one in a way that is not done.
    """
    if asked.outputs is None:
        return [Output(name) for name in there]
    seen: set[str] = set()
    for each in asked.outputs:
        if each.name not in there:
            raise refused(400, "outputs", f"there is no {each.name[:80]!r}; there are {', '.join(there)}")
        if each.name in seen:  # else some bytes of a question could ask for megabytes again and again
            raise refused(400, "outputs", f"{each.name} is wanted twice")
        seen.add(each.name)
        refuse_not_done(each.name, each.parameters)
    return asked.outputs


def write(name: str, version: str, asked: Inference, answer: Answer) -> tuple[bytes, int | None]:
    """The body of an answer, and how many bytes of it are JSON; None: all of it.

    Raises:
        RequestRefused: as `wanted`.
    """
    all_binary = asked.parameters.get(ALL_BINARY) is True
    outputs, tails = [], []
    for each in wanted(asked, answer.outputs):
        values = answer.outputs[each.name]
        datatype, tail = to_bytes(values)
        said: dict[str, Any] = {"name": each.name, "datatype": datatype, "shape": values.shape}
        if each.parameters.get(BINARY_WANTED, all_binary) is True:
            said["parameters"] = {BINARY_SIZE: len(tail)}
            tails.append(tail)
        else:
            said["data"] = to_numbers(values)
        outputs.append(said)
    header: dict[str, Any] = {"model_name": name, "model_version": version}
    if asked.id:
        header["id"] = asked.id
    if answer.parameters:
        header["parameters"] = answer.parameters
    header["outputs"] = outputs
    head = msgspec.json.encode(header)
    return (b"".join((head, *tails)), len(head)) if tails else (head, None)


def refuse_not_done(name: str, parameters: Mapping[str, Parameter]) -> None:
    """Extensions that this server does not have change what is meant: to go on without them would be a wrong answer."""
    for extension in NOT_DONE:
        if extension in parameters:
            raise refused(400, name, f"this server does not do {extension}")


def _header(head: memoryview) -> _FlatHeader | _NestedHeader:
    try:
        return _FLAT.decode(head)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return _NESTED.decode(head)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refused(400, "inference", str(error)) from None


def _values(given: _Flat | _Nested, rest: memoryview) -> tuple[Array, memoryview]:
    refuse_not_done(given.name, given.parameters)
    size = given.parameters.get(BINARY_SIZE)
    if size is None:
        if given.data is None:
            raise refused(400, given.name, f"has neither data nor {BINARY_SIZE}")
        return in_shape(from_numbers(given.data, given.datatype, given.name), given.shape, given.name), rest
    if given.data is not None or type(size) is not int or not 0 <= size <= len(rest):
        raise refused(
            400, given.name, f"{BINARY_SIZE} is {size}; {len(rest)} bytes are left, and data must not be given"
        )
    return in_shape(from_bytes(rest[:size], given.datatype, given.name), given.shape, given.name), rest[size:]
