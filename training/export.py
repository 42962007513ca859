"""From a trained network to its ONNX graphs: the same bytes from any checkout.

`model.onnx` takes `windows` [batch, 1, L] and gives `logits` [batch, faults], `spikes` and `synops` [batch, columns]
(`models.layers.counted`) and `features` [batch, D]. `model.trace.onnx` gives the spike trains too, `trace.<name>`
uint8 [batch, T, C, L]. A network that does not spike has no columns and no traces.
"""

import contextlib
import io
import logging
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from data.errors import BrinellError
from models.bundle import MODEL, TRACE_MODEL
from models.convolution import folded
from models.graph import INPUT, OUTPUTS, TRACE_PREFIX
from models.layers import counted
from models.output import Network
from models.spike_counts import EXACT, largest_count, spike_counts
from training.drawing.draw import can_draw, drawn
from training.drawing.float32 import Float32
from training.drawing.sketch import OPSET

LARGEST_BATCH = 4096


class ExportError(BrinellError):
    """The exporter made a graph that breaks a promise; the message says which."""


def export(network: Network, folder: Path) -> tuple[Path, Path]:
    """Write both graphs of a network into `folder`; the network itself stays as it is.

    They are drawn where `training.drawing` knows the network, and come from torch's exporter where it does not.

    Returns:
        Paths of `model.onnx` and `model.trace.onnx`.

    Raises:
        ExportError: a count would not be exact in float32, a convolution stands in the exporter's graph more than once,
            a batch-norm is left, the batch is not dynamic, or the file names a place on this machine.
    """
    for layer in counted(network.layers()):
        if largest_count(layer, network.config.spike_bits) >= EXACT:
            raise ExportError(f"{layer.name} can reach more SynOps in a window than float32 counts exactly")
    models = _drawn(network) if can_draw(network) else exported(network)
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / MODEL, folder / TRACE_MODEL
    for path, model in zip(paths, models, strict=True):
        _check(model)
        path.write_bytes(model.SerializeToString(deterministic=True))
    return paths


def _drawn(network: Network) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    return drawn(network, Float32), drawn(network, Float32, traced=True)


def exported(network: Network) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """Both graphs, of any network, by torch's exporter; of one that is drawn it is the second opinion.

    Raises:
        ExportError: a convolution stands in the graph more than once, or a batch-norm is left.
    """
    view = _GraphView(folded(network).cpu())
    outputs = [*OUTPUTS, *(f"{TRACE_PREFIX}{name}" for name in view.traces)]
    traced = converted(view, network.config.window_length, outputs)
    kinds = Counter(node.op_type for node in traced.graph.node)
    convolutions = sum(isinstance(part, nn.Conv1d) for part in network.modules())
    if kinds["Conv"] != convolutions:
        raise ExportError(f"{kinds['Conv']} convolutions in the graph for {convolutions} in the network")
    if kinds["BatchNormalization"]:
        raise ExportError(f"{kinds['BatchNormalization']} batch-norms are left in the graph")
    return _without_traces(traced), traced


def converted(view: nn.Module, length: int, outputs: Sequence[str]) -> onnx.ModelProto:
    """The ONNX graph of a module that takes windows [N, 1, length] and gives `outputs`; N is whatever comes."""
    # Two windows, because a batch of 1 in the example is taken for a constant.
    example = torch.zeros(2, 1, length)
    batch = torch.export.Dim("batch", min=1, max=LARGEST_BATCH)
    with _quiet(), torch.no_grad():
        program = torch.export.export(view.eval(), (example,), dynamic_shapes=({0: batch},))
        exported = torch.onnx.export(
            program,
            (),
            dynamo=True,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=list(outputs),
            verbose=False,
        )
    assert exported is not None
    model = exported.model_proto
    _strip(model)
    return model


def _without_traces(traced: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph without the spike trains, and without what only they needed."""
    model = onnx.ModelProto()
    model.CopyFrom(traced)
    graph = model.graph
    outputs = [port for port in graph.output if not port.name.startswith(TRACE_PREFIX)]
    wanted = {port.name for port in outputs}
    nodes = []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            nodes.append(node)
    weights = [weight for weight in graph.initializer if weight.name in wanted]
    for field, kept in ((graph.output, outputs), (graph.node, nodes[::-1]), (graph.initializer, weights)):
        copies = [type(each).FromString(each.SerializeToString()) for each in kept]
        del field[:]
        field.extend(copies)
    return model


class _GraphView(nn.Module):
    """The network as the graph shows it: counts, and the spike trains with the batch first."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self._layers = network.layers()
        self.traces = [layer.fed_by for layer in counted(self._layers) if layer.fed_by is not None]

    def forward(self, windows: Tensor) -> tuple[Tensor, ...]:
        logits, features, trains = self.network(windows)
        bits = self.network.config.spike_bits
        spikes, synops = spike_counts(trains, self._layers, bits, windows.shape[0])
        traces = [trains[name].transpose(0, 1).to(torch.uint8) for name in self.traces]
        return (logits, spikes, synops, features, *traces)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter talks on standard output and warns about its own insides."""
    level = logging.getLogger("torch.onnx").level
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.getLogger("torch.onnx").setLevel(level)


def _strip(model: onnx.ModelProto) -> None:
    """Take out whatever tells of the machine, the checkout or the day, and name the batch."""
    model.producer_name, model.producer_version, model.doc_string, model.domain = "brinell", "", "", ""
    model.graph.name, model.graph.doc_string = "network", ""
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    del model.functions[:]
    parts: list[Any] = [*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output]
    for part in parts:
        del part.metadata_props[:]
        part.doc_string = ""
    for port in [*model.graph.input, *model.graph.output]:
        first = port.type.tensor_type.shape.dim[0]
        if first.dim_param:
            first.dim_param = "batch"


def _check(model: onnx.ModelProto) -> None:
    onnx.checker.check_model(model, full_check=True)
    for port in [*model.graph.input, *model.graph.output]:
        if port.type.tensor_type.shape.dim[0].dim_param != "batch":
            raise ExportError(f"{port.name} has a fixed batch")
    content = model.SerializeToString()
    for place in (str(Path(__file__).resolve().parent), str(Path(torch.__file__).parent), str(Path.home())):
        if place != "/" and place.encode() in content:
            raise ExportError(f"the graph names {place}")
