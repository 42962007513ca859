"""The parity figures: what they say when something is off, and what they are on real windows."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from data.datasets import DATASETS
from data.fault import FAULTS
from data.front_ends.order import OrderFrontEnd
from models.build import build
from models.graph import Graph, Reading
from models.network import MraSnnConfig, PlainSnnConfig
from tests.simulated_windows import order_windows
from training.export import export
from training.parity import parity, read


class Stub:
    """Stands in for a graph: gives what it was made with."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def run(self, values: np.ndarray) -> Reading:
        return self.reading


def test_a_graph_that_gives_the_same_is_wholly_alike() -> None:
    network, windows = build(PlainSnnConfig()), order_windows(10)
    found = parity(network, cast(Graph, Stub(read(network, windows))), windows)
    assert (found.windows, found.same_fault, found.same_spikes) == (10, 1, 1)
    assert (found.total_spikes_off, found.logits_off, found.logits_off_anywhere) == (0, 0, 0)


def test_a_flipped_spike_and_a_moved_logit_show() -> None:
    network, windows = build(PlainSnnConfig()), order_windows(10)
    reading = read(network, windows)
    spikes, logits = reading.spikes.copy(), reading.logits.copy()
    spikes[3, 1] += 1
    logits[3] += 0.5
    logits[7, 0] += 0.01
    found = parity(network, cast(Graph, Stub(replace(reading, spikes=spikes, logits=logits))), windows)
    assert found.same_spikes == 0.9
    assert found.total_spikes_off == pytest.approx(1 / reading.spikes.sum(dtype=np.float64))
    assert found.logits_off == pytest.approx(0.01, rel=1e-3)
    assert found.logits_off_anywhere == pytest.approx(0.5, rel=1e-3)


def test_reading_a_network_leaves_it_in_the_mode_it_was_in() -> None:
    network = build(PlainSnnConfig()).train()
    before = network.state_dict()["convolutions.0.norm.running_mean"].clone()
    read(network, order_windows(4))
    assert network.training
    assert torch.equal(before, network.state_dict()["convolutions.0.norm.running_mean"])


def test_no_windows_are_no_comparison() -> None:
    with pytest.raises(ValueError, match="no windows"):
        parity(build(PlainSnnConfig()), cast(Graph, Stub(cast(Reading, None))), order_windows(1)[:0])


@pytest.mark.slow
def test_torch_and_onnxruntime_agree_on_2000_real_windows(data_root: Path, tmp_path: Path) -> None:
    front_end, windows, faults = OrderFrontEnd(), [], []
    for name in ("mfpt", "jnu"):
        for entry in DATASETS[name].present(data_root):
            values = front_end.windows(DATASETS[name].load(data_root, entry)).values
            windows.append(values.reshape(-1, 1, front_end.length))
            faults += [FAULTS.index(entry.fault)] * len(windows[-1])
    order = np.random.default_rng(0).permutation(len(faults))[:2000]
    real, labels = np.concatenate(windows)[order], torch.tensor(faults)[order]
    assert len(real) == 2000

    torch.manual_seed(0)
    network = build(MraSnnConfig())
    optimiser = torch.optim.AdamW(network.parameters(), 4e-3)
    for step in range(40):
        batch = torch.arange(32 * step, 32 * (step + 1)) % 2000
        logits = network(torch.from_numpy(real)[batch]).logits
        torch.nn.functional.cross_entropy(logits, labels[batch]).backward()
        optimiser.step()
        optimiser.zero_grad()

    model, _ = export(network, tmp_path)
    found = parity(network, Graph(model), real)
    assert found.same_fault == 1
    assert found.same_spikes >= 0.98
    assert found.total_spikes_off < 1e-4
    assert found.logits_off < 1e-4
