"""Whether the exported graph answers as the network does: torch against onnxruntime, on the same windows."""

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from models.graph import Graph, Reading
from models.output import Network
from models.spike_counts import spike_counts

BATCH = 32


class Parity(BaseModel):
    """How alike the two are.

    Attributes:
        windows: how many were compared.
        same_fault: share of windows with the same largest logit.
        same_spikes: share of windows with the same number of spikes in every layer. The two sum in another order, and
            a membrane potential that lies on the threshold then fires in one of them alone.
        total_spikes_off: relative difference of all spikes.
        logits_off: largest difference of a logit, over the windows with the same spikes.
        logits_off_anywhere: largest difference of a logit, over all windows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    windows: int
    same_fault: float
    same_spikes: float
    total_spikes_off: float
    logits_off: float
    logits_off_anywhere: float


def parity(network: Network, graph: Graph, windows: NDArray[np.float32]) -> Parity:
    """Compares a network with its graph on float32 windows [N, 1, L], N at least 1."""
    if not len(windows):
        raise ValueError("no windows to compare on")
    ours, theirs = read(network, windows), graph.run(windows)
    same = (ours.spikes == theirs.spikes).all(1) & (ours.synops == theirs.synops).all(1)
    off = np.abs(ours.logits - theirs.logits).max(1)
    total = ours.spikes.sum(dtype=np.float64)
    return Parity(
        windows=len(windows),
        same_fault=float((ours.logits.argmax(1) == theirs.logits.argmax(1)).mean()),
        same_spikes=float(same.mean()),
        total_spikes_off=float(abs(theirs.spikes.sum(dtype=np.float64) - total) / max(total, 1.0)),
        logits_off=float(off[same].max(initial=0.0)),
        logits_off_anywhere=float(off.max()),
    )


def read(network: Network, windows: NDArray[np.float32]) -> Reading:
    """What the network in torch says of the windows, in inference mode, in the form of the graph's answer."""
    training = network.training
    network.eval()
    layers, bits = network.layers(), network.config.spike_bits
    parts: list[tuple[NDArray[np.float32], ...]] = []
    with torch.no_grad():
        for first in range(0, len(windows), BATCH):
            batch = torch.from_numpy(np.ascontiguousarray(windows[first : first + BATCH]))
            output = network(batch)
            spikes, synops = spike_counts(output.spikes, layers, bits, len(batch))
            parts.append(tuple(each.numpy() for each in (output.logits, spikes, synops, output.features)))
    network.train(training)
    return Reading(*(np.concatenate(column) for column in zip(*parts, strict=True)))
