"""The exported graphs: the same bytes anywhere, every convolution once, any batch, and the counts beside the answer."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from models.build import build
from models.graph import Graph
from models.layers import counted
from models.network import (
    CandidateSnnConfig,
    MraSnnConfig,
    NetworkConfig,
    PlainSnnConfig,
    ResNetConfig,
    WdcnnConfig,
    twin,
)
from tests.simulated_windows import windows_for
from tests.trained_network import trained
from training.export import ExportError, export
from training.parity import parity, read

ROOT = Path(__file__).resolve().parents[2]

CONFIGS: dict[str, NetworkConfig] = {
    "mra-snn": MraSnnConfig(),
    "mra-snn-2048-shrinking-two-bits": MraSnnConfig(
        window_length=2048,
        timesteps=(3, 2, 2),
        spike_bits=2,
        reset="soft",
        branch_channels=4,
        stage_widths=(16, 24, 24),
    ),
    "plain-snn": PlainSnnConfig(),
    "candidate-snn": CandidateSnnConfig(),
    "twin": twin(MraSnnConfig()),
    "wdcnn": WdcnnConfig(window_length=2048),
    "resnet1d": ResNetConfig(),
}
SPIKING = [name for name in CONFIGS if name not in ("twin", "wdcnn", "resnet1d")]
DRAWN = ("mra-snn", "candidate-snn")


class Exported:
    def __init__(self, config: NetworkConfig, folder: Path) -> None:
        self.config = config
        self.network = trained(config)
        self.model, self.trace = export(self.network, folder)
        self.windows = windows_for(config, 64, seed=9)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exported]:
    return {name: Exported(config, tmp_path_factory.mktemp(name)) for name, config in CONFIGS.items()}


@pytest.fixture(params=list(CONFIGS))
def exported(request: pytest.FixtureRequest, exports: dict[str, Exported]) -> Exported:
    return exports[request.param]


@pytest.fixture(params=SPIKING)
def spiking(request: pytest.FixtureRequest, exports: dict[str, Exported]) -> Exported:
    return exports[request.param]


@pytest.fixture(params=[name for name in CONFIGS if name not in DRAWN])
def by_the_exporter(request: pytest.FixtureRequest, exports: dict[str, Exported]) -> Exported:
    return exports[request.param]


def test_the_graph_answers_as_the_network_does(exported: Exported) -> None:
    found = parity(exported.network, Graph(exported.model), exported.windows)
    assert found.same_fault == 1
    assert found.same_spikes >= 0.95
    assert found.total_spikes_off < 1e-4
    assert found.logits_off < 1e-4


@pytest.mark.parametrize("size", [1, 3, 64])
def test_a_window_gets_the_same_answer_in_a_batch_of_any_size(exported: Exported, size: int) -> None:
    session = Graph(exported.model)._session
    whole = session.run(None, {"windows": exported.windows})
    parts = [session.run(None, {"windows": exported.windows[at : at + size]}) for at in range(0, 64, size)]
    for name, together, apart in zip(Graph(exported.model).outputs, whole, zip(*parts, strict=True), strict=True):
        alone = np.concatenate(apart)
        assert alone.shape == together.shape, name
        # Another batch may sum in another order, and then a spike on the threshold falls the other way.
        same = (np.abs(alone - together) <= 1e-4).reshape(64, -1).all(1)
        assert same.mean() >= 0.95, name


def test_every_convolution_stands_in_the_exporters_graph_once_and_no_batch_norm_does(by_the_exporter: Exported) -> None:
    kinds = Counter(node.op_type for node in onnx.load(by_the_exporter.model).graph.node)
    assert kinds["Conv"] == sum(isinstance(part, torch.nn.Conv1d) for part in by_the_exporter.network.modules())
    assert kinds["BatchNormalization"] == 0
    # Where and Split: the first is slow, the second fixes the batch.
    assert kinds["Where"] == kinds["Split"] == 0


def test_the_graph_is_opset_18_with_named_inputs_and_outputs_and_a_dynamic_batch(exported: Exported) -> None:
    graph = Graph(exported.model)
    columns, length = len(counted(exported.network.layers())), exported.config.window_length
    features = exported.network(torch.zeros(2, 1, length)).features.shape[1]
    assert graph.inputs == {"windows": ["batch", 1, length]}
    assert graph.outputs == {
        "logits": ["batch", 4],
        "spikes": ["batch", columns],
        "synops": ["batch", columns],
        "features": ["batch", features],
    }
    assert [(each.domain, each.version) for each in onnx.load(exported.model).opset_import] == [("", 18)]


def test_a_file_names_no_place_and_holds_no_metadata(exported: Exported) -> None:
    for path in (exported.model, exported.trace):
        content = path.read_bytes()
        for place in (str(ROOT), str(Path.home()), sys.prefix, ".py", "site-packages", os.sep + "tmp"):
            assert place.encode() not in content or len(place) < 3, place
        model = onnx.load(path)
        parts = [model, model.graph, *model.graph.node, *model.graph.initializer, *model.graph.input]
        assert not any(len(part.metadata_props) for part in parts)
        assert not any(part.doc_string for part in parts)


def test_the_trace_graph_has_the_same_weights_and_gives_the_same_answers(exported: Exported) -> None:
    plain, trace = onnx.load(exported.model), onnx.load(exported.trace)
    weights = {each.name: each.raw_data for each in trace.graph.initializer}
    assert all(weights[each.name] == each.raw_data for each in plain.graph.initializer)
    ours, theirs = Graph(exported.model).run(exported.windows), Graph(exported.trace).run(exported.windows)
    assert np.array_equal(ours.logits, theirs.logits)
    assert np.array_equal(ours.synops, theirs.synops)


def test_the_trace_graph_gives_the_spike_trains_that_were_counted(spiking: Exported) -> None:
    graph = Graph(spiking.trace)
    traces, reading = graph.trace(spiking.windows), graph.run(spiking.windows)
    columns = counted(spiking.network.layers())
    assert list(traces) == [layer.fed_by for layer in columns]
    for column, (layer, train) in enumerate(zip(columns, traces.values(), strict=True)):
        length = layer.neurons // (train.shape[2])
        assert train.shape == (64, layer.timesteps, train.shape[2], length)
        assert train.dtype == np.uint8
        assert train.max() <= spiking.config.levels
        bits = np.unpackbits(train.reshape(64, -1), axis=1).sum(1)
        assert np.array_equal(bits, reading.spikes[:, column])
        if layer.kind == "spiking":
            positions = np.unpackbits(train[..., None], axis=-1).sum(-1, dtype=np.int64).sum((1, 2))
            assert np.array_equal(positions @ np.array(layer.fan_out), reading.synops[:, column])


def test_every_layer_of_the_tested_networks_spikes(spiking: Exported) -> None:
    # Parity on silent networks would mean nothing.
    reading = read(spiking.network, spiking.windows)
    neurons = np.array([layer.neurons * layer.timesteps for layer in counted(spiking.network.layers())])
    assert (reading.spikes.mean(0) / neurons).min() > 0.02


def test_a_twin_has_columns_and_traces_of_zero_width(exports: dict[str, Exported]) -> None:
    without = exports["twin"]
    reading = Graph(without.model).run(without.windows)
    assert reading.spikes.shape == reading.synops.shape == (64, 0)
    assert Graph(without.trace).trace(without.windows) == {}


def test_exporting_leaves_the_network_as_it_was(tmp_path: Path) -> None:
    network = trained(CONFIGS["plain-snn"]).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    export(network, tmp_path)
    assert network.training
    assert list(before) == list(network.state_dict())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_a_count_that_float32_cannot_hold_is_refused(tmp_path: Path) -> None:
    wide = PlainSnnConfig(window_length=65536, widths=(63, 63), kernels=(3, 31), strides=(1, 1))
    with pytest.raises(ExportError, match="convolution2 can reach more SynOps"):
        export(build(wide), tmp_path)


EXPORT_IN_A_CHECKOUT = """
import sys
from pathlib import Path
import torch
from models.build import build
from models.network import MraSnnConfig
from training.export import export
torch.manual_seed(3)
config = MraSnnConfig(branch_channels=2, stage_widths=(8, 8), timesteps=(2, 2), spike_bits=int(sys.argv[2]))
export(build(config), Path(sys.argv[1]))
"""


@pytest.mark.parametrize("spike_bits", [1, 2], ids=["drawn", "by the exporter"])
def test_two_checkouts_in_different_folders_export_the_same_bytes(tmp_path: Path, spike_bits: int) -> None:
    contents = []
    for name, seed in (("here", "1"), ("some/where/else", "2")):
        checkout = tmp_path / name
        for package in ("data", "models", "training"):
            shutil.copytree(
                ROOT / package, checkout / package, ignore=shutil.ignore_patterns("__pycache__", "pretrained")
            )
        environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-c", EXPORT_IN_A_CHECKOUT, str(checkout / "out"), str(spike_bits)]
        subprocess.run(command, cwd=checkout, env=environment, check=True, capture_output=True)
        contents.append([(checkout / "out" / file).read_bytes() for file in ("model.onnx", "model.trace.onnx")])
    assert contents[0] == contents[1]
    assert contents[0][0] != contents[0][1]
