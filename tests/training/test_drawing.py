"""The drawn graphs, in both arithmetics: the answers of the network in PyTorch and of the exporter, the same ports."""

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
from models.neurons import LIF, NEURONS
from models.output import Network
from tests.simulated_windows import windows_for
from tests.trained_network import trained
from training.drawing.draw import can_draw, drawn, rounded
from training.drawing.float32 import Float32
from training.drawing.int8 import Int8
from training.drawing.sketch import Sketch, port
from training.drawing.weights import quantised
from training.export import export, exported
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


ARITHMETICS: dict[str, type[Sketch]] = {"float32": Float32, "int8": Int8}


class Drawn:
    def __init__(self, network: Network, arithmetic: type[Sketch]) -> None:
        self.network, self.arithmetic = network, arithmetic
        self.weights = rounded(network) if arithmetic is Int8 else network
        self.model = drawn(network, arithmetic)
        self.traced = Graph(drawn(network, arithmetic, traced=True).SerializeToString())
        self.graph = Graph(self.model.SerializeToString())
        self.windows = windows_for(network.config, 64, seed=9)


@pytest.fixture(scope="module")
def all_drawn() -> dict[tuple[str, str], Drawn]:
    networks = {name: trained(config) for name, config in CONFIGS.items()}
    return {
        (name, arithmetic): Drawn(network, sketch)
        for name, network in networks.items()
        for arithmetic, sketch in ARITHMETICS.items()
    }


@pytest.fixture(params=[(name, arithmetic) for name in CONFIGS for arithmetic in ARITHMETICS], ids="-".join)
def picture(request: pytest.FixtureRequest, all_drawn: dict[tuple[str, str], Drawn]) -> Drawn:
    """Of each network, in each arithmetic."""
    return all_drawn[request.param]


@pytest.fixture(params=list(CONFIGS))
def in_float32(request: pytest.FixtureRequest, all_drawn: dict[tuple[str, str], Drawn]) -> Drawn:
    return all_drawn[request.param, "float32"]


@pytest.fixture(params=list(CONFIGS))
def in_int8(request: pytest.FixtureRequest, all_drawn: dict[tuple[str, str], Drawn]) -> Drawn:
    return all_drawn[request.param, "int8"]


def test_a_rounded_weight_is_off_by_half_a_step_of_its_own_channel_at_most() -> None:
    weights = np.random.default_rng(0).normal(size=(96, 40)) * np.logspace(-3, 1, 40)
    weights[:, 7] = 0
    whole, scale = quantised(weights)
    assert whole.dtype == np.int8
    assert np.abs(whole).max(axis=0).tolist() == [127 * (channel != 7) for channel in range(40)]
    assert (np.abs(whole * scale - weights) <= scale * 0.5001).all()


@pytest.mark.parametrize("arithmetic", ARITHMETICS.values(), ids=list(ARITHMETICS))
@pytest.mark.parametrize(
    ("kernel", "stride", "length"), [(3, 1, 32), (3, 2, 32), (3, 2, 31), (5, 3, 40), (1, 1, 9), (1, 2, 9)]
)
def test_a_convolution_of_spikes_is_exact(arithmetic: type[Sketch], kernel: int, stride: int, length: int) -> None:
    rng = np.random.default_rng(kernel)
    conv = torch.nn.Conv1d(24, 16, kernel, stride, kernel // 2)
    weights = rng.integers(-127, 128, conv.weight.shape)
    weights[:, 0, 0] = 127
    # Scales are powers of two, so that float64 and float32 hold every sum exactly.
    scale = 2.0 ** rng.integers(-9, -2, 16)
    conv.weight = torch.nn.Parameter(torch.from_numpy(weights * scale[:, None, None]).float())
    conv.bias = torch.nn.Parameter(torch.from_numpy(rng.integers(-9, 9, 16) * scale).float())
    spikes = rng.random((10, 1, length, 24)) < 0.3

    sketch = arithmetic()
    taken = sketch.add("Cast", "windows", to=sketch.spikes)
    sketch.add("Identity", sketch.convolve(taken, conv, length, gain=-2), name="current")
    model = sketch.model(length, [port("current", 1, (length - 1) // stride + 1, 16)])
    model.graph.input[0].CopyFrom(port("windows", 1, length, 24, kind=onnx.TensorProto.BOOL))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"windows": spikes})[0]

    read_first = torch.from_numpy(spikes[:, 0]).double().transpose(1, 2)
    wanted = conv.double()(read_first).transpose(1, 2).detach().numpy()
    assert np.array_equal(found[:, 0], -2 * wanted)


def test_the_graph_answers_as_the_network_with_its_weights_does(picture: Drawn) -> None:
    found = parity(picture.weights, picture.graph, picture.windows)
    assert found.same_fault >= found.same_spikes  # where the spikes are the same, the fault is
    assert found.same_spikes >= 0.95
    assert found.total_spikes_off < 1e-4
    assert found.logits_off < 1e-4


def test_it_is_the_exporters_graph_in_all_but_its_nodes(in_float32: Drawn) -> None:
    plain, traced = (Graph(each.SerializeToString()) for each in exported(in_float32.network))
    wanted, found = plain.run(in_float32.windows), in_float32.graph.run(in_float32.windows)
    same = (wanted.spikes == found.spikes).all(1) & (wanted.synops == found.synops).all(1)
    assert same.mean() >= 0.95
    np.testing.assert_allclose(found.logits[same], wanted.logits[same], atol=1e-4)
    for ours, theirs in ((in_float32.graph, plain), (in_float32.traced, traced)):
        assert ours.inputs == theirs.inputs
        assert ours.outputs == theirs.outputs


def test_it_has_the_same_ports_in_either_arithmetic(in_int8: Drawn, all_drawn: dict[tuple[str, str], Drawn]) -> None:
    (other,) = (each for each in all_drawn.values() if each.network is in_int8.network and each is not in_int8)
    assert (in_int8.graph.inputs, in_int8.graph.outputs) == (other.graph.inputs, other.graph.outputs)
    assert in_int8.traced.outputs == other.traced.outputs


def test_the_traced_graph_gives_the_spike_trains_of_the_network(picture: Drawn) -> None:
    traces = picture.traced.trace(picture.windows)
    with torch.no_grad():
        trains = picture.weights(torch.from_numpy(picture.windows)).spikes
    assert list(traces) == [layer.fed_by for layer in counted(picture.network.layers())]
    for name, train in traces.items():
        wanted = trains[name].transpose(0, 1).numpy()
        assert (train == wanted).reshape(64, -1).all(1).mean() >= 0.95, name


def test_rounding_changes_little_of_what_the_energy_account_counts(in_int8: Drawn) -> None:
    ours, theirs = read(in_int8.network, in_int8.windows), in_int8.graph.run(in_int8.windows)
    for before, after in ((ours.spikes, theirs.spikes), (ours.synops, theirs.synops)):
        assert after.sum(0) == pytest.approx(before.sum(0), rel=0.03)


def test_features_and_synops_are_those_of_the_network(picture: Drawn) -> None:
    wanted, found = read(picture.weights, picture.windows), picture.graph.run(picture.windows)
    same = (wanted.spikes == found.spikes).all(1)
    assert np.array_equal(wanted.synops[same], found.synops[same])
    np.testing.assert_allclose(found.features[same], wanted.features[same], atol=1e-6)
    neurons = np.array([layer.neurons * layer.timesteps for layer in counted(picture.network.layers())])
    # Parity on silent networks would mean nothing.
    assert (found.spikes.mean(0) / neurons).min() > 0.02


@pytest.mark.parametrize("size", [1, 3, 64])
def test_a_window_gets_the_same_answer_in_a_batch_of_any_size(picture: Drawn, size: int) -> None:
    names, session = list(picture.graph.outputs), picture.graph._session
    together = session.run(names, {"windows": picture.windows})
    parts = [session.run(names, {"windows": picture.windows[at : at + size]}) for at in range(0, 64, size)]
    for name, at_once, apart in zip(names, together, zip(*parts, strict=True), strict=True):
        same = (np.abs(np.concatenate(apart) - at_once) <= 1e-4).reshape(64, -1).all(1)
        # Another batch may sum the encoder in another order.
        assert same.mean() >= 0.95, name


def test_export_writes_the_float32_drawing(in_float32: Drawn, tmp_path: Path) -> None:
    plain, traced = export(in_float32.network, tmp_path)
    assert plain.read_bytes() == in_float32.model.SerializeToString(deterministic=True)
    anew = drawn(in_float32.network, Float32, traced=True)
    assert traced.read_bytes() == anew.SerializeToString(deterministic=True)


def test_it_is_standard_onnx_with_no_slow_node(picture: Drawn) -> None:
    onnx.checker.check_model(picture.model, full_check=True)
    assert [(each.domain, each.version) for each in picture.model.opset_import] == [("", 18)]
    assert not {node.op_type for node in picture.model.graph.node} & {"Where", "ConvInteger", "BatchNormalization"}


def _multiplying(model: onnx.ModelProto) -> Counter[str]:
    kinds = Counter(node.op_type for node in model.graph.node)
    return Counter({kind: kinds[kind] for kind in ("Conv", "MatMul", "Gemm")})


@pytest.mark.parametrize("arithmetic", ARITHMETICS.values(), ids=list(ARITHMETICS))
@pytest.mark.parametrize("config", [MraSnnConfig(), CandidateSnnConfig()], ids=["mra-snn", "candidate-snn"])
def test_a_layer_stands_in_the_graph_once_however_many_timesteps_there_are(
    config: MraSnnConfig | CandidateSnnConfig, arithmetic: type[Sketch]
) -> None:
    longer = config.model_copy(update={"timesteps": tuple(2 * each for each in config.timesteps)})
    once, twice = (drawn(build(each), arithmetic) for each in (config, longer))
    assert _multiplying(once) == _multiplying(twice)


def test_all_weights_that_meet_spikes_are_int8(in_int8: Drawn) -> None:
    sizes = Counter[int]()
    for weight in in_int8.model.graph.initializer:
        sizes[weight.data_type] += int(np.prod(weight.dims))
    fed = [layer for layer in in_int8.network.layers() if layer.kind == "spiking"]
    assert sizes[onnx.TensorProto.INT8] >= sum(layer.weights - layer.out_channels for layer in fed)


def test_onnxruntime_multiplies_every_spike_by_an_integer(in_int8: Drawn, tmp_path: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(in_int8.model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    kinds = Counter(node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node)
    of_spikes = [node for node in in_int8.model.graph.node if any("Dequantize" in name for name in node.input)]
    assert len(of_spikes) == sum(layer.kind == "spiking" for layer in in_int8.network.layers())
    assert kinds["MatMulIntegerToFloat"] == len(of_spikes)
    assert kinds["DequantizeLinear"] == 0


def test_the_same_network_gives_the_same_bytes(picture: Drawn) -> None:
    again = drawn(picture.network, picture.arithmetic).SerializeToString(deterministic=True)
    assert again == picture.model.SerializeToString(deterministic=True)


def test_drawing_leaves_the_network_as_it_was(picture: Drawn) -> None:
    before = {name: value.clone() for name, value in picture.network.state_dict().items()}
    rounded(picture.network)
    drawn(picture.network, picture.arithmetic)
    assert all(torch.equal(value, before[name]) for name, value in picture.network.state_dict().items())


@pytest.mark.parametrize(
    "config",
    [twin(MraSnnConfig()), MraSnnConfig(spike_bits=2), PlainSnnConfig(), ResNetConfig()],
    ids=["twin", "two bits", "plain", "resnet"],
)
def test_a_network_without_binary_spikes_or_of_another_kind_is_not_drawn(config: NetworkConfig) -> None:
    assert not can_draw(build(config))
    assert all(can_draw(build(each)) for each in CONFIGS.values())


class Halving(LIF):
    """Another forward than the neuron that it derives from."""

    def forward(self, current: torch.Tensor, timesteps: int) -> torch.Tensor:
        return super().forward(0.5 * current, timesteps)


@pytest.mark.parametrize("name", ["mra-snn", "candidate-snn"])
def test_a_neuron_that_the_drawing_does_not_know_is_exported_as_it_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NEURONS, "halving", Halving)
    network = trained(CONFIGS[name].model_copy(update={"neuron": "halving"}))
    assert not can_draw(network)
    found = parity(network, Graph(export(network, tmp_path)[0]), windows_for(network.config, 16, seed=9))
    assert found.same_spikes >= 0.95
    assert found.logits_off < 1e-4
