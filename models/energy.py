"""The energy account: what an inference would spend on spiking hardware, from that inference's own spikes.

    account(layers, synops, spikes, runs=1, profile=PROFILES["float32"]).paper_nj

`paper` counts what papers on spiking networks count: a SynOp costs E_AC, encoder and head cost their MACs x E_MAC.
`full` adds attention, neuron updates and memory traffic. Beside both stands the ReLU twin, counted by the same rules.
docs/energy.md writes down the reuse model. It is the account of a technology, not of the processor that runs this.
"""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from models.energy_profiles import PROFILES, EnergyProfile
from models.layers import Layer, counted

__all__ = ["PROFILES", "Energy", "EnergyAccount", "EnergyProfile", "account", "twin_layers"]

EVENT_BYTES = 4
"""A spike travels as one address."""

NJ_PER_PJ = 1e-3


class Energy(BaseModel):
    """Two totals that are never mixed, nJ."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: float
    full: float


class EnergyAccount(BaseModel):
    """What `runs` windows cost together.

    Attributes:
        paper_nj, full_nj: the two totals.
        synops: spikes that arrived at synapses.
        macs: multiply-accumulates of the layers fed with real numbers, attention with them.
        attention_macs: those of the attention gates, which only `full_nj` charges.
        firing_rates: spikes per neuron and timestep, by spike train.
        relu_twin_nj: the same network with ReLU in place of spikes, for as many windows.
        profile: the hardware's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper_nj: float
    full_nj: float
    synops: int
    macs: int
    attention_macs: int
    firing_rates: dict[str, float]
    relu_twin_nj: Energy
    profile: str


def account(
    layers: Sequence[Layer], synops: Sequence[float], spikes: Sequence[float], runs: int, profile: EnergyProfile
) -> EnergyAccount:
    """The account of `runs` windows.

    Args:
        layers: of the network, in graph order.
        synops, spikes: summed over the runs, one number for each column of the graph's outputs (`layers.counted`).
        runs: windows that went through the graph.
        profile: the hardware.

    Raises:
        ValueError: `synops` and `spikes` do not have one number for each layer that spikes feed.
    """
    columns = counted(tuple(layers))
    if not len(columns) == len(synops) == len(spikes):
        raise ValueError(f"{len(synops)} SynOps and {len(spikes)} spike counts for {len(columns)} layers fed by spikes")
    of_synops = {layer.name: float(count) for layer, count in zip(columns, synops, strict=True)}
    of_spikes = {layer.name: float(count) for layer, count in zip(columns, spikes, strict=True)}
    energy = _energy(layers, of_synops, of_spikes, runs, profile)
    real = [layer for layer in layers if layer.kind == "real"]
    return EnergyAccount(
        paper_nj=energy.paper,
        full_nj=energy.full,
        synops=round(sum(of_synops.values())),
        macs=runs * sum(layer.macs * layer.evaluations for layer in real),
        attention_macs=runs * sum(layer.macs * layer.evaluations for layer in real if layer.part == "gate"),
        firing_rates={
            layer.fed_by: of_spikes[layer.name] / (layer.neurons * layer.timesteps * runs) if runs else 0.0
            for layer in columns
            if layer.fed_by is not None
        },
        relu_twin_nj=_energy(twin_layers(layers), {}, {}, runs, profile),
        profile=profile.name,
    )


def twin_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers of the ReLU twin: the same sizes, every layer fed with real numbers and computed once."""
    dense = {"kind": "real", "fed_by": None, "evaluations": 1}
    return tuple(layer.model_copy(update=dense | {"timesteps": int(layer.neurons > 0)}) for layer in layers)


def _energy(
    layers: Sequence[Layer], synops: dict[str, float], spikes: dict[str, float], runs: int, profile: EnergyProfile
) -> Energy:
    paper = full = 0.0
    for layer in layers:
        of_layer = (synops.get(layer.name, 0.0), spikes.get(layer.name, 0.0))
        computed = of_layer[0] * profile.ac_pj + _dense_macs(layer, runs) * profile.mac_pj
        paper += computed if layer.part != "gate" else 0.0
        full += computed + _neurons_pj(layer, of_layer[1], runs, profile) + _memory_pj(layer, *of_layer, runs, profile)
    return Energy(paper=paper * NJ_PER_PJ, full=full * NJ_PER_PJ)


def _dense_macs(layer: Layer, runs: int) -> int:
    return layer.macs * layer.evaluations * runs if layer.kind == "real" else 0


def _neurons_pj(layer: Layer, spikes: float, runs: int, profile: EnergyProfile) -> float:
    """What stands in front of the layer: neurons, ReLUs, the averaging before a gate or a head."""
    updates = layer.neurons * layer.timesteps * runs
    if layer.fed_by is not None:
        # Leak and integrate, compare with the threshold; a spike resets, and before a head it is counted.
        after_spike = 2 if layer.part == "head" else 1
        return updates * (profile.leak_pj + profile.ac_pj) + spikes * after_spike * profile.ac_pj
    averaged = layer.in_channels * layer.in_length * layer.evaluations * runs if layer.part == "gate" else 0
    if layer.part == "head":
        averaged = updates
    return (updates + averaged) * profile.ac_pj


def _memory_pj(layer: Layer, synops: float, spikes: float, runs: int, profile: EnergyProfile) -> float:
    weights = layer.weights * profile.weight_bytes
    outputs = layer.out_channels * layer.out_length
    inputs = layer.in_channels * layer.in_length
    working_set, traffic = 0.0, 0.0
    if layer.kind == "spiking":
        membranes = (outputs + layer.neurons) * profile.membrane_bytes
        working_set = weights + membranes
        # Each SynOp reads its weight, reads and writes what it adds to; each timestep starts that at the bias.
        traffic = synops * (profile.weight_bytes + 2 * profile.membrane_bytes)
        traffic += outputs * layer.timesteps * runs * profile.membrane_bytes
    else:
        values = (inputs + outputs) * profile.value_bytes
        working_set = weights + values + (layer.neurons * profile.membrane_bytes if layer.fed_by else 0)
        traffic = (weights + values) * layer.evaluations * runs
    if layer.fed_by is not None:
        # A neuron reads its current and its potential, and writes the potential; a spike is sent and taken.
        traffic += 3 * layer.neurons * layer.timesteps * runs * profile.membrane_bytes
        traffic += 2 * spikes * EVENT_BYTES
        if layer.part == "head":
            traffic += 2 * spikes * profile.membrane_bytes
    return traffic * profile.memory.byte_pj(working_set)
