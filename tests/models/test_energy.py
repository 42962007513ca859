"""The energy account: by hand where a hand can, and the same rules for both networks."""

import pytest

from models.build import build
from models.energy import PROFILES, account, twin_layers
from models.layers import Layer, convolution, counted, gate, head
from models.network import MraSnnConfig, NetworkConfig, PlainSnnConfig, twin

FLOAT, INT8 = PROFILES["float32"], PROFILES["int8"]

TINY = (
    convolution(
        "encoder",
        part="encoder",
        in_channels=1,
        in_length=8,
        out_channels=2,
        kernel=3,
        stride=1,
        fed_by=None,
        timesteps=1,
        spiking=False,
    ),
    convolution(
        "deep",
        in_channels=2,
        in_length=8,
        out_channels=4,
        kernel=3,
        stride=2,
        fed_by="first",
        timesteps=3,
        spiking=True,
    ),
    gate("gate", channels=4, length=4, evaluations=3, kernel=3),
    head("head", features=4, length=4, faults=4, fed_by="last", timesteps=3, spiking=True),
)
MACS = {"encoder": 2 * 22, "gate": 10 + 16, "head": 16}


def test_the_fan_out_is_smaller_at_the_border_and_between_strides() -> None:
    assert TINY[1].fan_out == (4, 8, 4, 8, 4, 8, 4, 4)
    assert TINY[1].macs == 2 * 44
    assert {layer.name: layer.macs for layer in TINY if layer.kind == "real"} == MACS


def test_the_paper_total_is_synops_and_macs_without_attention() -> None:
    energy = account(TINY, synops=[100, 0], spikes=[20, 7], runs=1, profile=FLOAT)
    assert energy.paper_nj == pytest.approx((100 * 0.9 + (44 + 16) * 4.6) / 1000)
    assert (energy.synops, energy.macs, energy.attention_macs) == (100, 44 + 16 + 3 * 26, 3 * 26)
    assert energy.relu_twin_nj.paper == pytest.approx((44 + 88 + 16) * 4.6 / 1000)
    assert energy.profile == "float32"


def test_the_full_total_is_what_the_document_says() -> None:
    # Everything is in the 8 kB memory: 10 pJ for 8 bytes.
    byte = 10 / 8
    encoder = 44 * 4.6 + (8 + 8 + 16) * 4 * byte
    deep = 100 * 0.9 + 100 * 12 * byte + 3 * 16 * 4 * byte
    deep += 3 * 16 * (4.6 + 0.9) + 20 * 0.9 + 3 * 16 * 12 * byte + 20 * 8 * byte
    attention = 3 * (26 * 4.6 + 16 * 0.9 + (3 + 32) * 4 * byte)
    last = 16 * 4.6 + (20 + 4 + 4) * 4 * byte
    last += 3 * 16 * (4.6 + 0.9) + 7 * 2 * 0.9 + 3 * 16 * 12 * byte + 7 * 16 * byte
    energy = account(TINY, synops=[100, 0], spikes=[20, 7], runs=1, profile=FLOAT)
    assert energy.full_nj == pytest.approx((encoder + deep + attention + last) / 1000)


def test_the_twin_reads_each_weight_once() -> None:
    byte = 10 / 8
    encoder = 44 * 4.6 + (8 + 8 + 16) * 4 * byte
    deep = 88 * 4.6 + 16 * 0.9 + (28 + 16 + 16) * 4 * byte
    attention = 26 * 4.6 + 16 * 0.9 + (3 + 32) * 4 * byte
    last = 16 * 4.6 + 2 * 16 * 0.9 + (20 + 4 + 4) * 4 * byte
    energy = account(TINY, synops=[0, 0], spikes=[0, 0], runs=1, profile=FLOAT)
    assert energy.relu_twin_nj.full == pytest.approx((encoder + deep + attention + last) / 1000)


def test_firing_rates_are_spikes_per_neuron_and_timestep() -> None:
    energy = account(TINY, synops=[0, 0], spikes=[24, 12], runs=2, profile=FLOAT)
    assert energy.firing_rates == {"first": 24 / (16 * 3 * 2), "last": 12 / (16 * 3 * 2)}


def test_a_request_costs_the_sum_of_its_runs() -> None:
    one = account(TINY, synops=[100, 0], spikes=[20, 7], runs=1, profile=INT8)
    other = account(TINY, synops=[50, 0], spikes=[9, 3], runs=1, profile=INT8)
    both = account(TINY, synops=[150, 0], spikes=[29, 10], runs=2, profile=INT8)
    assert both.paper_nj == pytest.approx(one.paper_nj + other.paper_nj)
    assert both.full_nj == pytest.approx(one.full_nj + other.full_nj)
    assert both.relu_twin_nj.full == pytest.approx(2 * one.relu_twin_nj.full)
    assert both.macs == 2 * one.macs


def test_more_spikes_cost_more_and_the_twin_does_not_care() -> None:
    quiet = account(TINY, synops=[10, 0], spikes=[2, 1], runs=1, profile=FLOAT)
    loud = account(TINY, synops=[200, 0], spikes=[40, 20], runs=1, profile=FLOAT)
    assert quiet.paper_nj < loud.paper_nj
    assert quiet.full_nj < loud.full_nj
    assert quiet.relu_twin_nj == loud.relu_twin_nj


def test_int8_is_cheaper_than_float_for_both_networks() -> None:
    dear, cheap = (account(TINY, [100, 0], [20, 7], 1, profile) for profile in (FLOAT, INT8))
    assert cheap.paper_nj < dear.paper_nj
    assert cheap.full_nj < dear.full_nj
    assert cheap.relu_twin_nj.paper < dear.relu_twin_nj.paper / 10


def test_counts_for_other_layers_are_refused() -> None:
    with pytest.raises(ValueError, match="1 SynOps and 2 spike counts for 2 layers"):
        account(TINY, [1], [1, 2], 1, FLOAT)


def test_no_runs_cost_nothing() -> None:
    energy = account(TINY, [0, 0], [0, 0], 0, FLOAT)
    assert (energy.paper_nj, energy.full_nj, energy.macs) == (0, 0, 0)


@pytest.mark.parametrize("working_set", [(8192, 10), (8193, 20), (32768, 20), (40000, 100), (2**20 + 1, 1300)])
def test_the_smallest_memory_that_holds_the_working_set_is_charged(working_set: tuple[int, int]) -> None:
    size, access_pj = working_set
    assert FLOAT.memory.byte_pj(size) == access_pj / 8


@pytest.mark.parametrize(
    "config",
    [MraSnnConfig(), MraSnnConfig(timesteps=(8, 4, 2), spike_bits=2), PlainSnnConfig()],
    ids=["mra-snn", "shrinking", "plain-snn"],
)
def test_the_twin_of_the_account_is_the_twin_that_is_built(config: NetworkConfig) -> None:
    assert twin_layers(build(config).layers()) == build(twin(config)).layers()


def test_a_layer_survives_a_manifest() -> None:
    layers = build(MraSnnConfig()).layers()
    assert tuple(Layer.model_validate_json(layer.model_dump_json()) for layer in layers) == layers


def test_a_silent_network_pays_for_its_encoder_and_its_neurons() -> None:
    layers = build(MraSnnConfig()).layers()
    silent = [0.0] * len(counted(layers))
    energy = account(layers, silent, silent, 1, FLOAT)
    assert energy.synops == 0
    assert 0 < energy.paper_nj < energy.relu_twin_nj.paper / 10
    assert energy.full_nj > energy.paper_nj
