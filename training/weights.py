"""A trained network read in PyTorch as its exported graph would be read: quicker than exporting it, where none is kept.

Graph and network are the same to the last spike but for float sums (`training.parity`).
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.graph import Reading
from models.spike_counts import spike_counts
from training.run import trained_network

BATCH = 32


class Weights:
    """The network of a run's folder. `layers`: those of its energy account; `parameters`: how many it learned."""

    def __init__(self, folder: Path) -> None:
        self.network = trained_network(folder)
        self.layers = self.network.layers()
        self.parameters = sum(each.numel() for each in self.network.parameters())

    @torch.inference_mode()
    def run(self, values: NDArray[np.float32]) -> Reading:
        """Reads float32 [N, 1, length] in batches."""
        parts = [self._batch(batch) for batch in torch.split(torch.from_numpy(values), BATCH)]
        return Reading(*(np.concatenate(each) for each in zip(*parts, strict=True)))

    def _batch(self, windows: torch.Tensor) -> tuple[NDArray[np.float32], ...]:
        logits, features, trains = self.network(windows)
        spikes, synops = spike_counts(trains, self.layers, self.network.config.spike_bits, len(windows))
        return logits.numpy(), spikes.numpy(), synops.numpy(), features.numpy()
