"""The baselines that never spike: their shapes and costs, and that they need nothing that spiking networks need."""

import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from torch import nn

from models.build import build
from models.energy import PROFILES, account, twin_layers
from models.layers import counted
from models.network import NetworkConfig, ResNetConfig, WdcnnConfig, twin
from models.output import Network

CONFIGS: list[NetworkConfig] = [
    WdcnnConfig(window_length=2048),
    WdcnnConfig(window_length=1024),
    WdcnnConfig(window_length=512, paddings=(24, 1, 1, 1, 1), dense=20),
    ResNetConfig(),
    ResNetConfig(window_length=2048),
    ResNetConfig(window_length=1000, stem_width=8, stem_kernel=7, stem_stride=8, widths=(12, 20)),
]
every_baseline = pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.kind}-{config.window_length}")


def size(network: Network) -> int:
    return sum(weight.numel() for weight in network.parameters())


@every_baseline
def test_a_baseline_answers_with_logits_that_are_linear_in_its_features(config: NetworkConfig) -> None:
    network = build(config).eval()
    output = network(torch.randn(3, 1, config.window_length))
    assert output.logits.shape == (3, config.faults)
    assert output.features.shape[0] == 3
    assert output.spikes == {}
    torch.testing.assert_close(output.logits, network.head(output.features))


def test_the_baselines_have_the_sizes_they_are_known_by() -> None:
    assert size(build(WdcnnConfig(window_length=2048))) == 53_564
    assert size(build(WdcnnConfig(window_length=1024))) == 40_764
    assert size(build(ResNetConfig())) == 54_900


def test_wdcnn_has_the_shapes_of_the_paper_at_its_window() -> None:
    config = WdcnnConfig(window_length=2048)
    assert config.pooled_lengths == (64, 32, 16, 8, 3)
    assert [layer.out_length for layer in build(config).layers()][:5] == [128, 64, 32, 16, 6]


def macs_one_by_one(conv: nn.Conv1d, length: int) -> int:
    """Products of a weight with a sample that is there, counted by sliding the kernel over the signal."""
    (kernel,), (stride,), padding = conv.kernel_size, conv.stride, int(conv.padding[0])
    reads = 0
    for start in range(-padding, length + padding - kernel + 1, stride):
        reads += sum(0 <= position < length for position in range(start, start + kernel))
    return reads * conv.in_channels * conv.out_channels


@every_baseline
def test_the_layers_cost_what_counting_one_by_one_gives(config: NetworkConfig) -> None:
    network = build(config).eval()
    seen: list[tuple[nn.Conv1d, torch.Size, torch.Size]] = []
    for part in network.modules():
        if isinstance(part, nn.Conv1d):
            part.register_forward_hook(lambda conv, given, out: seen.append((conv, given[0].shape, out.shape)))
    output = network(torch.randn(2, 1, config.window_length))
    *convolutions, head = network.layers()
    assert len(seen) == len(convolutions)
    for layer, (conv, arrived, left) in zip(convolutions, seen, strict=True):
        assert arrived[1:] == (layer.in_channels, layer.in_length)
        assert left[1:] == (layer.out_channels, layer.out_length)
        assert layer.macs == macs_one_by_one(conv, layer.in_length)
        assert layer.weights == conv.weight.numel() + conv.out_channels
        assert (layer.kind, layer.evaluations) == ("real", 1)
    assert head.macs == output.features.shape[1] * config.faults


@every_baseline
def test_every_relu_of_a_baseline_is_charged_once(config: NetworkConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    relus = 0
    relu = torch.nn.functional.relu

    def noted(x: torch.Tensor) -> torch.Tensor:
        nonlocal relus
        relus += x.numel()
        return relu(x)

    monkeypatch.setattr(torch.nn.functional, "relu", noted)
    network = build(config).eval()
    network(torch.randn(1, 1, config.window_length))
    assert sum(layer.neurons * layer.timesteps for layer in network.layers()) == relus


@every_baseline
def test_a_baseline_is_its_own_twin_and_its_account_says_so(config: NetworkConfig) -> None:
    assert twin(config) == config
    layers = build(config).layers()
    assert counted(layers) == ()
    assert twin_layers(layers) == layers
    energy = account(layers, [], [], 3, PROFILES["float32"])
    assert energy.synops == 0
    assert energy.macs == 3 * sum(layer.macs for layer in layers)
    assert energy.paper_nj == pytest.approx(energy.macs * 4.6 / 1000)
    assert energy.relu_twin_nj.full == energy.full_nj
    assert energy.firing_rates == {}


@every_baseline
def test_every_gradient_reaches_its_weight(config: NetworkConfig) -> None:
    torch.manual_seed(0)
    network = build(config)
    output = network(torch.randn(32, 1, config.window_length))
    nn.functional.cross_entropy(output.logits, torch.arange(32) % 4).backward()
    assert [name for name, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()] == []


def test_a_baseline_is_known_by_its_kind_and_takes_no_timesteps() -> None:
    known: TypeAdapter[NetworkConfig] = TypeAdapter(NetworkConfig)
    assert known.validate_python({"kind": "wdcnn", "window_length": 2048}) == WdcnnConfig(window_length=2048)
    assert known.validate_python({"kind": "resnet1d"}) == ResNetConfig()
    with pytest.raises(ValidationError, match="Extra inputs"):
        known.validate_python({"kind": "resnet1d", "timesteps": [4]})


def test_a_window_too_short_for_wdcnn_is_refused_with_the_reason() -> None:
    with pytest.raises(ValidationError, match="no position is left"):
        WdcnnConfig(window_length=512)
