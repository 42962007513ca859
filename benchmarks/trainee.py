"""What a competitor's process holds where training is timed: the network with its neurons, windows and labels."""

from itertools import cycle, islice

import numpy as np
import psutil
import torch
from torch import Tensor

from benchmarks.clock import exhaust, timed
from benchmarks.runner import MIB
from benchmarks.worker import named
from models.output import Network
from training.losses import mean_firing_rate, smoothed_cross_entropy

LABEL_SMOOTHING = 0.05
SPIKE_PENALTY = 4.0
LEARNING_RATE = 2e-3
SEED = 0


class Trainee:
    """The network in `file`, changed by the function at `place` ("module:function"; as it is where there is none).

    A step is that of `training.loop`: forward, cross-entropy and firing rate, backward, AdamW; its batches are ready.
    """

    def __init__(self, place: str | None, file: str, windows: str, threads: int, batch: int) -> None:
        torch.set_num_threads(threads)
        network: Network = torch.load(file, weights_only=False)
        self._network: Network = network if place is None else named(place)(network)
        self._network.train()
        self._optimiser = torch.optim.AdamW(self._network.parameters(), LEARNING_RATE, weight_decay=0.01, fused=True)
        with np.load(windows) as arrays:
            whole = len(arrays["windows"]) // batch * batch
            given = [torch.split(torch.from_numpy(arrays[name][:whole]), batch) for name in ("windows", "labels")]
        self._batches = list(zip(*given, strict=True))
        self._faults = list(range(network.config.faults))

    def first_step(self) -> dict[str, float]:
        """The `loss` of the first batch and the norm of its `gradient`; the weights stay."""
        torch.manual_seed(SEED)
        loss = self._backward(self._batches[0])
        gradients = [each.grad.norm() for each in self._network.parameters() if each.grad is not None]
        return {"loss": loss.item(), "gradient": torch.stack(gradients).norm().item()}

    def time(self, steps: int) -> list[float]:
        """Microseconds a step, by the clock and of the processor."""
        spent = timed(lambda: exhaust(map(self._step, islice(cycle(self._batches), steps))))
        return [1e6 * seconds / steps for seconds in spent]

    def resident_mib(self) -> float:
        """Memory of the process."""
        return float(psutil.Process().memory_info().rss / MIB)

    def _step(self, batch: tuple[Tensor, Tensor]) -> None:
        self._backward(batch)
        self._optimiser.step()

    def _backward(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        windows, labels = batch
        output = self._network(windows)
        loss = smoothed_cross_entropy(output.logits, labels, self._faults, LABEL_SMOOTHING)
        total = loss + SPIKE_PENALTY * mean_firing_rate(list(output.spikes.values()))
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        return total.detach()
