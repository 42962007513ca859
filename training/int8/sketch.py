"""An ONNX graph that is written node by node; equal nodes and equal constants stand in it once."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.graph import INPUT

IR_VERSION = 10
OPSET = 18

Value = str | NDArray[np.generic] | np.generic
"""A node's output, by name, or a constant."""


def whole(*numbers: int) -> NDArray[np.int64]:
    """Axes, shapes and positions are int64 in ONNX."""
    return np.array(numbers, dtype=np.int64)


class Sketch:
    """Nodes and constants so far; a name is the node's kind and its number, so equal sketches give equal bytes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._written: dict[str, list[str]] = {}
        self._constants: dict[tuple[str, tuple[int, ...], bytes], onnx.TensorProto] = {}

    def add(self, kind: str, *inputs: Value, name: str | None = None, **attributes: Any) -> str:
        """A node of one output; returns the output's name."""
        return self._node(kind, inputs, [name] if name else 1, attributes)[0]

    def split(self, value: str, parts: int) -> list[str]:
        """The parts of a value along its first axis, that of time, each of length 1 there."""
        if parts == 1:
            return [value]
        return self._node("Split", (value,), parts, {"axis": 0, "num_outputs": parts})

    def model(self, length: int, outputs: dict[str, int]) -> onnx.ModelProto:
        """The graph from `windows` [batch, 1, length] to `outputs` [batch, width], by name."""
        graph = helper.make_graph(
            self._nodes,
            "network",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["batch", 1, length])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width])
                for name, width in outputs.items()
            ],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="brinell")

    def _node(
        self, kind: str, inputs: tuple[Value, ...], outputs: int | list[str], attributes: dict[str, Any]
    ) -> list[str]:
        sources = [each if isinstance(each, str) else self._constant(each) for each in inputs]
        key = repr((kind, sources, outputs, sorted(attributes.items())))
        if key not in self._written:
            stem = f"{kind}_{len(self._nodes)}"
            names = [f"{stem}_{number}" for number in range(outputs)] if isinstance(outputs, int) else outputs
            self._nodes.append(helper.make_node(kind, sources, names, **attributes))
            self._written[key] = names
        return self._written[key]

    def _constant(self, value: NDArray[np.generic] | np.generic) -> str:
        value = np.asarray(value, order="C")
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self._constants:
            self._constants[key] = numpy_helper.from_array(value, f"constant_{len(self._constants)}")
        return self._constants[key].name
