"""The networks: alive at initialisation, every choice works, and windows do not mix."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from data.datasets import DATASETS
from data.front_ends.order import OrderFrontEnd
from data.front_ends.time import TimeFrontEnd
from models.attention import ChannelAttention
from models.blocks import SpikeResidualAttentionBlock
from models.build import NoSuchPart, build
from models.convolution import NormalisedConv
from models.network import MraSnnConfig, NetworkConfig, PlainSnnConfig, twin
from models.output import Network
from models.timesteps import mixing
from tests.simulated_windows import order_windows, time_windows

LONG = MraSnnConfig(window_length=2048)


def fresh(config: NetworkConfig, seed: int = 0) -> Network:
    torch.manual_seed(seed)
    return build(config)


def settled(config: NetworkConfig) -> Network:
    """A fresh network in inference mode whose batch-norms have seen signals."""
    network = fresh(config)
    with torch.no_grad():
        for seed in range(5):
            network(torch.randn(16, 1, config.window_length, generator=torch.Generator().manual_seed(seed)))
            for part in network.modules():
                if isinstance(part, nn.BatchNorm1d):
                    part.momentum = 0.5
    return network.eval()


def firing_rates(network: Network, windows: np.ndarray) -> dict[str, float]:
    with torch.no_grad():
        return {name: float(spikes.mean()) for name, spikes in network(torch.from_numpy(windows)).spikes.items()}


def assert_all_fire(rates: dict[str, float]) -> None:
    assert rates
    assert all(0.05 <= rate <= 0.30 for rate in rates.values()), rates


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("config", "windows"),
    [(MraSnnConfig(), order_windows), (LONG, time_windows), (PlainSnnConfig(), order_windows)],
    ids=["mra-snn-1024", "mra-snn-2048", "plain-snn"],
)
def test_every_layer_fires_5_to_30_percent_at_initialisation(
    config: NetworkConfig, windows: Callable[[int], np.ndarray], seed: int
) -> None:
    assert_all_fire(firing_rates(fresh(config, seed), windows(64)))


@pytest.mark.parametrize("dataset", ["mfpt", "jnu", "cwru"])
def test_every_layer_fires_5_to_30_percent_on_real_windows_at_initialisation(data_root: Path, dataset: str) -> None:
    rng = np.random.default_rng(0)
    for front_end in (OrderFrontEnd(), TimeFrontEnd()):
        windows = []
        for entry in DATASETS[dataset].present(data_root)[::4]:
            recording = DATASETS[dataset].load(data_root, entry).span(0.4, 0.6)
            values = front_end.windows(recording).values.reshape(-1, 1, front_end.length)
            windows.append(rng.permutation(values)[:16])
        config = MraSnnConfig(window_length=front_end.length)
        assert_all_fire(firing_rates(fresh(config), np.concatenate(windows)))


def test_the_networks_have_the_sizes_they_are_known_by() -> None:
    def size(config: NetworkConfig) -> int:
        return sum(weight.numel() for weight in build(config).parameters())

    assert size(MraSnnConfig()) == pytest.approx(58_500, abs=100)
    assert size(PlainSnnConfig()) == pytest.approx(33_200, abs=100)
    assert size(twin(MraSnnConfig())) == size(MraSnnConfig())


def test_every_gate_is_one_at_the_start() -> None:
    gates = [part for part in build(MraSnnConfig()).modules() if isinstance(part, ChannelAttention)]
    assert len(gates) == 5
    for gate in gates:
        assert torch.equal(gate.gate(torch.randn(2, 32, 64)), torch.ones(2, 32, 1))


def test_a_gate_that_has_learned_depends_on_the_input() -> None:
    gate = ChannelAttention()
    nn.init.normal_(gate.mix.weight)
    values = gate.gate(torch.randn(2, 32, 64) + 1)
    assert values.std() > 0.01
    assert values.min() >= 0
    assert values.max() <= 2


@pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
def test_time_folded_into_the_batch_answers_as_a_loop_over_time_does(training: bool) -> None:
    network = settled(MraSnnConfig()).train(training)
    windows = torch.from_numpy(order_windows(8))
    block = network.blocks[1]
    assert isinstance(block, SpikeResidualAttentionBlock)
    current = torch.randn(4, 8, 32, 128)
    with torch.no_grad():
        folded, _ = block(current)
        naive = loop_over_time(block, current)
    torch.testing.assert_close(folded, naive, rtol=1e-4, atol=1e-5)
    assert network(windows).logits.shape == (8, 4)


def loop_over_time(block: SpikeResidualAttentionBlock, current: Tensor) -> Tensor:
    def convolved(part: NormalisedConv, spikes: Tensor) -> Tensor:
        steps = torch.stack([part.conv(spike) for spike in spikes])
        norm = part.norm
        assert isinstance(norm, nn.BatchNorm1d)
        if norm.training:
            mean, variance = steps.mean((0, 1, 3)), steps.var((0, 1, 3), unbiased=False)
        else:
            assert norm.running_mean is not None
            assert norm.running_var is not None
            mean, variance = norm.running_mean, norm.running_var
        spread = torch.sqrt(variance + norm.eps)
        return (steps - mean[:, None]) / spread[:, None] * norm.weight[:, None] + norm.bias[:, None]

    def emitted(currents: Tensor) -> Tensor:
        potential, spikes = torch.zeros_like(currents[0]), []
        for now in currents:
            charged = 0.5 * potential + now
            spikes.append((charged >= 1).float())
            potential = charged * (1 - spikes[-1])
        return torch.stack(spikes)

    residue = convolved(block.refine, emitted(convolved(block.reduce, emitted(current))))
    assert block.attention is not None
    gated = torch.stack([step * block.attention.gate(step) for step in residue])
    return convolved(block.project, emitted(current)) + gated


@pytest.mark.parametrize("config", [MraSnnConfig(), PlainSnnConfig()], ids=["mra-snn", "plain-snn"])
def test_a_window_gets_the_same_answer_alone_and_in_company(config: NetworkConfig) -> None:
    network = settled(config)
    windows = torch.from_numpy(order_windows(64))
    with torch.no_grad():
        together = network(windows).logits
        for size in (1, 3):
            apart = torch.cat([network(part).logits for part in windows.split(size)])
            torch.testing.assert_close(apart, together, rtol=0, atol=0.05)
            assert ((apart - together).abs().amax(1) < 1e-4).float().mean() > 0.95


@pytest.mark.parametrize("config", [MraSnnConfig(), PlainSnnConfig()], ids=["mra-snn", "plain-snn"])
def test_the_twin_takes_the_same_weights_and_does_not_spike(config: NetworkConfig) -> None:
    network, without = settled(config), build(twin(config)).eval()
    missing = without.load_state_dict(network.state_dict(), strict=False)
    assert missing.missing_keys == []
    assert all(key.endswith("rate") for key in missing.unexpected_keys)
    output = without(torch.from_numpy(order_windows(8)))
    assert output.spikes == {}
    assert output.logits.std() > 0


def test_every_gradient_reaches_its_weight() -> None:
    network = fresh(MraSnnConfig())
    output = network(torch.from_numpy(order_windows(32)))
    nn.functional.cross_entropy(output.logits, torch.arange(32) % 4).backward()
    still = [name for name, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert still == []


@pytest.mark.parametrize("places", list(product([False, True], repeat=3)))
def test_attention_can_be_taken_from_each_of_its_places(places: tuple[bool, bool, bool]) -> None:
    config = MraSnnConfig(encoder_attention=places[0], block_attention=places[1], neuron_attention=places[2])
    network = fresh(config)
    gates = sum(isinstance(part, ChannelAttention) for part in network.modules())
    assert gates == places[0] + 3 * places[1] + places[2]
    assert sum(layer.part == "gate" for layer in network.layers()) == gates
    assert len(firing_rates(network, order_windows(16))) == 10


@pytest.mark.parametrize(
    "choices",
    [{"timesteps": (8, 4, 2)}, {"timesteps": (6, 4, 1)}, {"spike_bits": 2, "timesteps": (2, 2, 2)}, {"reset": "soft"}],
    ids=str,
)
def test_schedule_bits_and_reset_are_choices(choices: dict[str, Any]) -> None:
    config = MraSnnConfig(**choices)
    output = fresh(config)(torch.from_numpy(order_windows(16)))
    for stage, timesteps in enumerate(config.timesteps, 1):
        assert len(output.spikes[f"block{stage}.middle"]) == timesteps
    largest = max(int(spikes.max()) for spikes in output.spikes.values())
    assert largest == config.levels


def test_fewer_timesteps_are_block_averages() -> None:
    assert mixing(4, 2).tolist() == [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]]
    uneven = mixing(6, 4)
    torch.testing.assert_close(uneven.sum(1), torch.ones(4))
    torch.testing.assert_close(uneven.sum(0), torch.full((6,), 4 / 6))


def test_the_logits_are_linear_in_the_features() -> None:
    network = settled(MraSnnConfig())
    output = network(torch.from_numpy(order_windows(8)))
    torch.testing.assert_close(network.head(output.features), output.logits)
    torch.testing.assert_close(output.features, output.spikes["head.input"].mean((0, 3)))


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({"timesteps": (2, 4, 4)}, "none larger than the one before"),
        ({"timesteps": (4, 4)}, "2 timesteps for 3 stages"),
        ({"encoder_kernels": (8, 15)}, "all odd"),
        ({"neuron": "relu"}, "has no time"),
        ({"layers": 3}, "Extra inputs"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused_with_the_reason(choices: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        MraSnnConfig(**choices)


def test_an_unknown_neuron_is_refused_with_those_there_are() -> None:
    with pytest.raises(NoSuchPart, match="neuron 'izhikevich' is not known; there are lif"):
        build(MraSnnConfig(neuron="izhikevich"))
