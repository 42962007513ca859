"""The network in PyTorch: as it stands, compiled, and as what the other spiking libraries are built on."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.competitors.competitor import Answer
from benchmarks.swapped import Swapped, swapped
from models.convolution import folded
from models.neurons import unrolled
from models.output import Network, Output


class PyTorch:
    """The network that `file` holds, with batch-norms folded as in the graph. Timed for its logits alone."""

    def __init__(self, file: Path, threads: int) -> None:
        torch.set_num_threads(threads)
        network: Network = torch.load(file, weights_only=False)
        self._network = self.prepared(folded(network))

    def prepared(self, network: Network) -> torch.nn.Module:
        """What a kind of PyTorch makes of it."""
        return network

    @torch.no_grad()
    def run(self, windows: NDArray[np.float32]) -> object:
        """What is timed: nothing is counted."""
        return self._output(windows).logits.numpy()

    @torch.no_grad()
    def answer(self, windows: NDArray[np.float32]) -> Answer:
        """What it says."""
        output = self._output(windows)
        trains = [each.sum((0, 2, 3)) for each in output.spikes.values()]
        spikes = torch.stack(trains).sum(0) if trains else torch.zeros(len(windows))
        return Answer(output.logits.numpy(), spikes.numpy())

    def _output(self, windows: NDArray[np.float32]) -> Output:
        output = self._network(torch.from_numpy(windows))
        assert isinstance(output, Output)
        return output


class Compiled(PyTorch):
    """By torch.compile (inductor), for each size of batch."""

    def prepared(self, network: Network) -> torch.nn.Module:
        """With neurons in plain operations: it cannot look into a node that has its own gradient."""
        compiled = torch.compile(swapped(network, Plain), dynamic=False)
        assert isinstance(compiled, torch.nn.Module)
        return compiled


class Plain(Swapped):
    """A LIF in plain operations, as in the exported graph."""

    def forward(self, current: Tensor, timesteps: int) -> Tensor:
        decay = torch.tensor(self.leak)
        return unrolled(current, decay, timesteps, self.threshold, self.hard_reset, levels=1)
