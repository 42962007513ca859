"""An ONNX graph that is written node by node; equal nodes and equal constants stand in it once.

Activations are [T N, 1, L, C], the timesteps one after the other and channels last. How spikes are held and how they
meet weights is left to the two arithmetics, `training.drawing.float32` and `training.drawing.int8`.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from models.graph import INPUT

IR_VERSION = 10
OPSET = 18

Value = str | NDArray[np.generic] | np.generic
"""A node's output, by name, or a constant."""


def whole(*numbers: int) -> NDArray[np.int64]:
    """Axes, shapes and positions are int64 in ONNX."""
    return np.array(numbers, dtype=np.int64)


def port(name: str, *shape: int, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    """An input or output [batch, *shape]."""
    return helper.make_tensor_value_info(name, kind, ["batch", *shape])


class Sketch:
    """Nodes and constants so far; a name is the node's kind and its number, so equal sketches give equal bytes.

    Attributes:
        spikes: the ONNX type that spikes have.
    """

    spikes: int

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._written: dict[str, list[str]] = {}
        self._constants: dict[tuple[str, tuple[int, ...], bytes], onnx.TensorProto] = {}

    def numbers(self, spikes: str) -> str:
        """Spikes in float32."""
        raise NotImplementedError

    def product(self, spikes: str, weights: NDArray[np.float64]) -> str:
        """Float32 [..., C'] of spikes [..., C] and weights [C, C']."""
        raise NotImplementedError

    def convolve(self, spikes: str, conv: nn.Conv1d, length: int, gain: int) -> str:
        """The current [T N, 1, L', C'] of a convolution that reads `length` positions, times `gain`, a power of two."""
        raise NotImplementedError

    def add(self, kind: str, *inputs: Value, name: str | None = None, **attributes: Any) -> str:
        """A node of one output; returns the output's name."""
        return self._node(kind, inputs, [name] if name else 1, attributes)[0]

    def split(self, value: str, timesteps: int) -> list[str]:
        """The timesteps of a value [T N, ...], each [N, ...]."""
        if timesteps == 1:
            return [value]
        return self._node("Split", (value,), timesteps, {"axis": 0, "num_outputs": timesteps})

    def unfolded(self, value: str, timesteps: int, *shape: int) -> str:
        """A value [T N, ...] as [T, N, *shape]."""
        return self.add("Reshape", value, whole(timesteps, -1, *shape))

    def model(self, length: int, outputs: Iterable[onnx.ValueInfoProto]) -> onnx.ModelProto:
        """The graph from `windows` [batch, 1, length] to `outputs`."""
        constants = list(self._constants.values())
        graph = helper.make_graph(self._nodes, "network", [port(INPUT, 1, length)], list(outputs), constants)
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
