"""Fan-outs and MACs against counting one by one, and SynOps against two other ways of counting."""

import importlib
import os
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from models.build import build
from models.layers import counted, out_length, taps
from models.network import CandidateSnnConfig, MraSnnConfig, NetworkConfig, PlainSnnConfig, twin
from models.output import Network
from models.spike_counts import EXACT, largest_count, set_bits, spike_counts
from tests.simulated_windows import order_windows, windows_for

CONFIGS = [
    MraSnnConfig(),
    MraSnnConfig(window_length=1000, timesteps=(4, 3, 2), spike_bits=2, reset="soft"),
    PlainSnnConfig(),
    CandidateSnnConfig(),
]


@given(
    length=st.integers(1, 40), kernel=st.sampled_from([1, 3, 5, 7]), stride=st.integers(1, 5), padding=st.integers(0, 3)
)
def test_taps_are_those_of_a_kernel_slid_over_the_signal(length: int, kernel: int, stride: int, padding: int) -> None:
    if length + 2 * padding < kernel:
        return
    reads = [0] * length
    for start in range(-padding, length + padding - kernel + 1, stride):
        for position in range(start, start + kernel):
            if 0 <= position < length:
                reads[position] += 1
    assert taps(length, kernel, stride, padding) == tuple(reads)
    assert out_length(length, kernel, stride, padding) == len(range(-padding, length + padding - kernel + 1, stride))


def convolutions(network: Network) -> dict[str, nn.Conv1d]:
    """Each counted layer's own convolution, by layer name."""
    if isinstance(network.config, PlainSnnConfig | CandidateSnnConfig):
        parts: Any = network.convolutions
        return {f"convolution{number}": part.conv for number, part in enumerate(parts, 1)}
    blocks: Any = network.blocks
    return {
        f"{block.name}.{name}": getattr(block, name).conv
        for block in blocks
        for name in ("reduce", "refine", "project")
    }


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.kind}-{config.window_length}")
def test_the_layers_describe_the_network_as_it_runs(config: NetworkConfig) -> None:
    network = build(config).eval()
    seen: dict[nn.Module, tuple[torch.Size, torch.Size]] = {}
    for conv in convolutions(network).values():
        conv.register_forward_hook(lambda part, given, out: seen.update({part: (given[0].shape, out.shape)}))
    output = network(torch.randn(2, 1, config.window_length))
    columns = counted(network.layers())
    assert [layer.fed_by for layer in columns] == list(output.spikes)
    for layer in columns:
        train = output.spikes[layer.fed_by or ""]
        assert (layer.timesteps, layer.neurons) == (train.shape[0], train[0, 0].numel())
    for layer in network.layers():
        if layer.name in convolutions(network):
            conv = convolutions(network)[layer.name]
            arrived, left = seen[conv]
            assert arrived[0] == 2 * layer.evaluations
            assert arrived[1:] == (layer.in_channels, layer.in_length)
            assert left[1:] == (layer.out_channels, layer.out_length)
            assert layer.weights == conv.weight.numel() + layer.out_channels


def ones_like(conv: nn.Conv1d) -> nn.Conv1d:
    """The same convolution with every weight 1, in float64: its outputs summed are synaptic operations."""
    ones = nn.Conv1d(
        conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding, bias=False
    ).double()
    nn.init.ones_(ones.weight)
    return ones


def brute_force(network: Network, trains: dict[str, torch.Tensor], bits: int) -> np.ndarray:
    """[N, columns] SynOps by sending every set bit through a convolution of ones."""
    convs, rows = convolutions(network), []
    for layer in counted(network.layers()):
        train = trains[layer.fed_by or ""]
        total = torch.zeros(train.shape[1], dtype=torch.float64)
        if layer.kind == "spiking":
            ones = ones_like(convs[layer.name])
            for step in train:
                for bit in range(bits):
                    plane = (step.long() >> bit) & 1
                    total += ones(plane.double()).sum((1, 2))
        rows.append(total.numpy())
    return np.stack(rows, 1)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.kind}-{config.window_length}")
def test_synops_are_exactly_those_counted_synapse_by_synapse(config: NetworkConfig) -> None:
    torch.manual_seed(0)
    network = build(config)
    with torch.no_grad():
        output = network(torch.from_numpy(windows_for(config, 12)))
        spikes, synops = spike_counts(output.spikes, network.layers(), config.spike_bits, 12)
        exact = brute_force(network, output.spikes, config.spike_bits)
    assert np.array_equal(synops.numpy(), exact)
    assert exact[:, :-1].min() > 0
    for column, train in enumerate(output.spikes.values()):
        ones = np.array([bin(int(value)).count("1") for value in train.transpose(0, 1).flatten()])
        assert spikes[:, column].tolist() == ones.reshape(12, -1).sum(1).tolist()


def test_synops_are_those_that_neurobench_counts() -> None:
    # Installed without its dependencies (`pip install --no-deps neurobench`): it would replace torch.
    name = "neurobench.metrics.utils.layers"
    layers = importlib.import_module(name) if os.environ.get("CI") == "true" else pytest.importorskip(name)
    torch.manual_seed(0)
    network = build(MraSnnConfig())
    convs = convolutions(network)
    with torch.no_grad():
        output = network(torch.from_numpy(order_windows(4)))
        _, synops = spike_counts(output.spikes, network.layers(), 1, 4)
        for column, layer in enumerate(counted(network.layers())):
            if layer.kind == "spiking":
                train = output.spikes[layer.fed_by or ""]
                theirs, spiking = zip(
                    *(layers.single_layer_MACs(train[:, window], convs[layer.name]) for window in range(4)), strict=True
                )
                assert all(spiking)
                assert synops[:, column].tolist() == list(theirs)


def test_set_bits_are_counted_without_bit_operations() -> None:
    numbers = torch.arange(256, dtype=torch.float32)
    assert set_bits(numbers, 8).tolist() == [float(bin(number).count("1")) for number in range(256)]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.kind}-{config.window_length}")
def test_counts_are_exact_even_when_every_neuron_always_fires(config: NetworkConfig) -> None:
    layers = build(config).layers()
    full = {
        layer.fed_by or "": torch.full(
            (layer.timesteps, 1, layer.in_channels, layer.neurons // layer.in_channels), float(config.levels)
        )
        for layer in counted(layers)
    }
    _, synops = spike_counts(full, layers, config.spike_bits, 1)
    for column, layer in enumerate(counted(layers)):
        if layer.kind == "spiking":
            assert int(synops[0, column]) == layer.macs * layer.timesteps * config.spike_bits
        assert largest_count(layer, config.spike_bits) < EXACT


def test_a_network_without_spikes_has_no_columns() -> None:
    network = build(twin(MraSnnConfig()))
    assert counted(network.layers()) == ()
    spikes, synops = spike_counts({}, network.layers(), 1, 5)
    assert spikes.shape == synops.shape == (5, 0)
