"""The int8 graph: exact sums of rounded weights, the answers of the network with those weights, the same ports."""

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from models.build import build
from models.graph import Graph
from models.layers import counted
from models.network import CandidateSnnConfig, MraSnnConfig, NetworkConfig, PlainSnnConfig, ResNetConfig, twin
from models.output import Network
from tests.simulated_windows import windows_for
from tests.trained_network import trained
from training.export import export
from training.int8.convolution import convolve
from training.int8.export import has_int8, int8_graph, rounded
from training.int8.sketch import Sketch
from training.int8.weights import quantised
from training.parity import parity, read

CONFIGS: dict[str, NetworkConfig] = {
    "mra-snn": MraSnnConfig(),
    "mra-snn-shrinking-soft": MraSnnConfig(
        timesteps=(3, 2, 1), reset="soft", threshold=0.7, branch_channels=4, stage_widths=(16, 24, 24)
    ),
    "mra-snn-parametric-bare": MraSnnConfig(
        neuron="parametric-lif",
        threshold=0.5,
        timesteps=(2, 2),
        branch_channels=4,
        stage_widths=(16, 24),
        encoder_attention=False,
        block_attention=False,
        neuron_attention=False,
    ),
    "candidate-snn": CandidateSnnConfig(),
}


class Drawn:
    def __init__(self, config: NetworkConfig) -> None:
        self.config = config
        self.network: Network = trained(config)
        self.model = int8_graph(self.network)
        self.graph = Graph(self.model.SerializeToString())
        self.windows = windows_for(config, 64, seed=9)


@pytest.fixture(scope="module")
def all_drawn() -> dict[str, Drawn]:
    return {name: Drawn(config) for name, config in CONFIGS.items()}


@pytest.fixture(params=list(CONFIGS))
def drawn(request: pytest.FixtureRequest, all_drawn: dict[str, Drawn]) -> Drawn:
    return all_drawn[request.param]


def test_a_rounded_weight_is_off_by_half_a_step_of_its_own_channel_at_most() -> None:
    weights = np.random.default_rng(0).normal(size=(96, 40)) * np.logspace(-3, 1, 40)
    weights[:, 7] = 0
    whole, scale = quantised(weights)
    assert whole.dtype == np.int8
    assert np.abs(whole).max(axis=0).tolist() == [127 * (channel != 7) for channel in range(40)]
    assert (np.abs(whole * scale - weights) <= scale * 0.5001).all()


@pytest.mark.parametrize(
    ("kernel", "stride", "length"), [(3, 1, 32), (3, 2, 32), (3, 2, 31), (5, 3, 40), (1, 1, 9), (1, 2, 9)]
)
def test_the_integer_convolution_is_exact(tmp_path: Path, kernel: int, stride: int, length: int) -> None:
    rng = np.random.default_rng(kernel)
    conv = torch.nn.Conv1d(24, 16, kernel, stride, kernel // 2)
    weights = rng.integers(-127, 128, conv.weight.shape)
    weights[:, 0, 0] = 127
    # Scales are powers of two, so that float64 and float32 hold every sum exactly.
    scale = 2.0 ** rng.integers(-9, -2, 16)
    conv.weight = torch.nn.Parameter(torch.from_numpy(weights * scale[:, None, None]).float())
    spikes = (rng.random((2, 5, length, 24)) < 0.3).astype(np.uint8)

    sketch = Sketch()
    current = convolve(sketch, "windows", conv, length, 2, np.zeros(16, dtype=np.float32))
    model = sketch.model(length, {current: 16})
    for port, shape in ((model.graph.input[0], spikes.shape), (model.graph.output[0], (2, "batch", "length", 16))):
        kind = onnx.TensorProto.UINT8 if port.name == "windows" else onnx.TensorProto.FLOAT
        port.CopyFrom(onnx.helper.make_tensor_value_info(port.name, kind, shape))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"windows": spikes})[0]

    folded = torch.from_numpy(spikes.reshape(10, length, 24)).double().transpose(1, 2)
    wanted = torch.nn.functional.conv1d(folded, conv.weight.double(), stride=stride, padding=kernel // 2)
    assert np.array_equal(found.reshape(10, -1, 16), wanted.transpose(1, 2).detach().numpy())


def test_the_graph_answers_as_the_network_with_rounded_weights_does(drawn: Drawn) -> None:
    found = parity(rounded(drawn.network), drawn.graph, drawn.windows)
    assert found.same_fault == 1
    assert found.same_spikes >= 0.95
    assert found.total_spikes_off < 1e-4
    assert found.logits_off < 1e-4


def test_rounding_changes_little_of_what_the_energy_account_counts(drawn: Drawn) -> None:
    ours, theirs = read(drawn.network, drawn.windows), drawn.graph.run(drawn.windows)
    for before, after in ((ours.spikes, theirs.spikes), (ours.synops, theirs.synops)):
        assert after.sum(0) == pytest.approx(before.sum(0), rel=0.03)


def test_features_and_synops_are_those_of_the_rounded_network(drawn: Drawn) -> None:
    wanted, found = read(rounded(drawn.network), drawn.windows), drawn.graph.run(drawn.windows)
    same = (wanted.spikes == found.spikes).all(1)
    assert np.array_equal(wanted.synops[same], found.synops[same])
    np.testing.assert_allclose(found.features[same], wanted.features[same], atol=1e-6)
    neurons = np.array([layer.neurons * layer.timesteps for layer in counted(drawn.network.layers())])
    # Parity on silent networks would mean nothing.
    assert (found.spikes.mean(0) / neurons).min() > 0.02


@pytest.mark.parametrize("size", [1, 3, 64])
def test_a_window_gets_the_same_answer_in_a_batch_of_any_size(drawn: Drawn, size: int) -> None:
    names, session = list(drawn.graph.outputs), drawn.graph._session
    whole = session.run(names, {"windows": drawn.windows})
    parts = [session.run(names, {"windows": drawn.windows[at : at + size]}) for at in range(0, 64, size)]
    for name, together, apart in zip(names, whole, zip(*parts, strict=True), strict=True):
        same = (np.abs(np.concatenate(apart) - together) <= 1e-4).reshape(64, -1).all(1)
        # As in float32: another batch may sum the encoder in another order.
        assert same.mean() >= 0.95, name


def test_it_has_the_ports_of_the_float32_graph(drawn: Drawn, tmp_path: Path) -> None:
    float32 = Graph(export(drawn.network, tmp_path)[0])
    assert drawn.graph.inputs == float32.inputs
    assert drawn.graph.outputs == float32.outputs


def test_it_is_standard_onnx_with_weights_in_int8_and_no_slow_node(drawn: Drawn) -> None:
    onnx.checker.check_model(drawn.model, full_check=True)
    assert [(each.domain, each.version) for each in drawn.model.opset_import] == [("", 18)]
    assert not {node.op_type for node in drawn.model.graph.node} & {"Where", "ConvInteger", "BatchNormalization"}
    sizes = Counter[int]()
    for weight in drawn.model.graph.initializer:
        sizes[weight.data_type] += int(np.prod(weight.dims))
    fed = [layer for layer in drawn.network.layers() if layer.kind == "spiking"]
    assert sizes[onnx.TensorProto.INT8] >= sum(layer.weights - layer.out_channels for layer in fed)


def test_onnxruntime_multiplies_every_spike_by_an_integer(drawn: Drawn, tmp_path: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(drawn.model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    kinds = Counter(node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node)
    of_spikes = [node for node in drawn.model.graph.node if any("Dequantize" in name for name in node.input)]
    assert len(of_spikes) > len(counted(drawn.network.layers()))
    assert kinds["MatMulIntegerToFloat"] == len(of_spikes)
    assert kinds["DequantizeLinear"] == 0


def test_the_same_network_gives_the_same_bytes(drawn: Drawn) -> None:
    again = int8_graph(drawn.network).SerializeToString(deterministic=True)
    assert again == drawn.model.SerializeToString(deterministic=True)


def test_drawing_leaves_the_network_as_it_was(drawn: Drawn) -> None:
    before = {name: value.clone() for name, value in drawn.network.state_dict().items()}
    rounded(drawn.network)
    int8_graph(drawn.network)
    assert all(torch.equal(value, before[name]) for name, value in drawn.network.state_dict().items())


@pytest.mark.parametrize(
    "config",
    [twin(MraSnnConfig()), MraSnnConfig(spike_bits=2), PlainSnnConfig(), ResNetConfig()],
    ids=["twin", "two bits", "plain", "resnet"],
)
def test_a_network_without_binary_spikes_or_without_a_drawing_has_none(config: NetworkConfig) -> None:
    assert not has_int8(build(config))
    assert all(has_int8(build(each)) for each in CONFIGS.values())
