"""The export that one gets without care: the whole network once a timestep, so T copies of every layer in the graph.

It is a fair opponent: the exporter joins copies that read the same input, and onnxruntime folds its batch-norms.
"""

import onnx
import torch
from torch import Tensor, nn

from benchmarks.swapped import NotSwappable, Swapped, swapped
from models.graph import OUTPUTS
from models.neurons import LIF
from models.output import Network
from models.spike_counts import spike_counts
from training.export import converted


def naive(network: Network) -> onnx.ModelProto:
    """The ONNX graph, with the outputs of `training.export`.

    Raises:
        NotSwappable: the number of timesteps changes from stage to stage.
    """
    return converted(StepByStep(network), network.config.window_length, OUTPUTS)


class StepByStep(nn.Module):
    """Windows [N, 1, L] -> logits, spikes, SynOps, features; a network's whole forward pass for each timestep."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        stages = set(network.config.timesteps)
        if len(stages) != 1:
            raise NotSwappable(f"timesteps {network.config.timesteps}: step by step, all stages have the same")
        (self.timesteps,) = stages
        self.network = swapped(network, Remembering)
        self.layers = network.layers()

    def forward(self, windows: Tensor) -> tuple[Tensor, ...]:
        for part in self.network.modules():
            if isinstance(part, Remembering):
                part.potential = None
        steps = [self.network(windows) for _ in range(self.timesteps)]
        trains = {name: torch.cat([step.spikes[name] for step in steps]) for name in steps[0].spikes}
        spikes, synops = spike_counts(trains, self.layers, self.network.config.spike_bits, windows.shape[0])
        logits = torch.stack([step.logits for step in steps]).mean(0)
        return logits, spikes, synops, torch.stack([step.features for step in steps]).mean(0)


class Remembering(Swapped):
    """A LIF that is called once a timestep and keeps its potential between."""

    potential: Tensor | None

    def __init__(self, lif: LIF) -> None:
        super().__init__(lif)
        self.potential = None

    def forward(self, current: Tensor, timesteps: int) -> Tensor:
        charged = current if self.potential is None else current + self.potential * self.leak
        spikes = (charged >= self.threshold).to(charged.dtype)
        self.potential = charged - charged * spikes if self.hard_reset else charged - spikes * self.threshold
        return spikes
