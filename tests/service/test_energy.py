"""The energy of an answer: every run of the graph is counted."""

import pytest

from models.energy import PROFILES, account
from service.engine import Engine
from service.registry import Registry
from tests.service.asking import Simulated


def test_energy_is_summed_over_every_run_of_the_graph(engine: Engine, registry: Registry, simulated: Simulated) -> None:
    recording = simulated()
    energy = engine.diagnose(recording, bundle="order").energy
    bundle = registry.bundles["order"]
    windows = bundle.manifest.front_end.windows(recording).values
    runs = windows.shape[0] * windows.shape[1]
    spent = []
    for window in windows.reshape(runs, 1, 1, -1):
        reading = bundle.graph.run(window)
        spent.append(account(bundle.manifest.layers, reading.synops[0], reading.spikes[0], 1, PROFILES["float32"]))
    assert energy is not None
    assert energy.graph_runs == runs == 60  # 15 windows in four bands
    assert energy.synops == sum(one.synops for one in spent) > 0
    assert energy.macs == sum(one.macs for one in spent)
    assert energy.paper_nj == pytest.approx(sum(one.paper_nj for one in spent))
    assert energy.full_nj == pytest.approx(sum(one.full_nj for one in spent))
    assert energy.per_window.full_nj == pytest.approx(energy.full_nj / windows.shape[0])
    assert energy.per_window.paper_nj == pytest.approx(energy.paper_nj / windows.shape[0])
    assert energy.relu_twin_nj.paper == pytest.approx(sum(one.relu_twin_nj.paper for one in spent))
    assert energy.full_nj > energy.paper_nj
    assert energy.host_nj is None


def test_a_louder_train_of_impacts_costs_another_energy(engine: Engine, simulated: Simulated) -> None:
    first, second = (engine.diagnose(simulated(seed=seed)).energy for seed in (0, 1))
    assert first is not None
    assert second is not None
    assert first.synops != second.synops
