"""The training loop: one cycle, best weights on validation, checkpoints, early stop, resume.

Every step's batch and dropout come from (seed, step) alone, so that a run that was killed and resumed walks the
same steps as one that was not.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from data.fault import FAULTS
from models.build import build
from models.output import Network
from training import checkpoint
from training.checkpoint import CheckpointError, Tensors
from training.config import TrainingConfig
from training.losses import mean_firing_rate, smoothed_cross_entropy
from training.pool import Batches
from training.validation import HeldOut, validate

WEIGHTS = "weights.safetensors"
CHECKPOINT = "checkpoint.safetensors"


@dataclass
class Progressed:
    """How far a run is; stored with each checkpoint."""

    key: str
    step: int = 0
    best_step: int = 0
    best_loss: float = float("inf")
    done: bool = False


class Start(Protocol):
    """What training goes on from, where it does not begin from nothing."""

    def network(self) -> Network:
        """With its weights; only parameters that ask for a gradient learn."""
        ...

    def settle(self, network: Network) -> None:
        """Puts whatever shall not move in a step into evaluation."""
        ...

    def penalty(self, network: Network, seed: Sequence[int]) -> Tensor:
        """Is added to a step's loss; the same `seed`, the same penalty."""
        ...


def train(
    config: TrainingConfig, pool: Batches, validation: Sequence[HeldOut], folder: Path, start: Start | None = None
) -> Tensors:
    """Trains to the end, from the checkpoint in `folder` where there is one; returns the best weights.

    Writes `config.toml`, `checkpoint.safetensors`, `weights.safetensors` (the best on validation), `log.jsonl` and
    TensorBoard event files into `folder`.

    Raises:
        CheckpointError: the folder holds a run of another configuration.
    """
    return _Run(config, pool, validation, folder, start).to_the_end()


class _Run:
    def __init__(
        self,
        config: TrainingConfig,
        pool: Batches,
        validation: Sequence[HeldOut],
        folder: Path,
        start: Start | None,
    ) -> None:
        torch.set_num_threads(config.schedule.threads)
        torch.use_deterministic_algorithms(True)
        # Nothing here reads memory that was not written, and to fill it takes a 25th of a step.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        torch.manual_seed(config.seed)
        self.config, self.pool, self.held_out, self.folder = config, pool, validation, folder
        self.schedule = config.schedule
        self.start = start
        self.network = build(config.network) if start is None else start.network()
        self.optimiser = torch.optim.AdamW(
            [each for each in self.network.parameters() if each.requires_grad],
            self.schedule.learning_rate,
            weight_decay=self.schedule.weight_decay,
            fused=True,
        )
        self.faults = [FAULTS.index(fault) for fault in pool.faults]
        self.progressed = Progressed(config.key)
        self.best: Tensors = self._weights()
        folder.mkdir(parents=True, exist_ok=True)
        self._resume()

    def to_the_end(self) -> Tensors:
        if not self.progressed.done:
            with SummaryWriter(self.folder / "events", purge_step=self.progressed.step) as events, _bar() as bar:
                task = bar.add_task(self.config.name, total=self.schedule.steps, completed=self.progressed.step)
                if self.progressed.step:
                    bar.console.print(f"{self.config.name} goes on from step {self.progressed.step}")
                while not self.progressed.done:
                    loss = self._step()
                    if self.progressed.step % self.schedule.validate_every == 0 or self._at_the_end():
                        note = self._validate(loss, events)
                        bar.console.print(f"{self.config.name} step {self.progressed.step}: {note}", soft_wrap=True)
                    if self.progressed.step % self.schedule.checkpoint_every == 0 or self.progressed.done:
                        self._save()
                    bar.update(task, completed=self.progressed.step)
        checkpoint.write_atomically(self.folder / WEIGHTS, self.best, {})
        return self.best

    def _step(self) -> float:
        step, schedule = self.progressed.step, self.schedule
        torch.manual_seed(_mixed(self.config.seed, step))
        for group in self.optimiser.param_groups:
            group["lr"] = schedule.learning_rate * one_cycle(step / schedule.steps)
        windows, labels = self.pool.batch(schedule.batch, (self.config.seed, 0, step))
        self.network.train()
        if self.start is not None:
            self.start.settle(self.network)
        output = self.network(torch.from_numpy(windows))
        loss = smoothed_cross_entropy(output.logits, torch.from_numpy(labels), self.faults, schedule.label_smoothing)
        ramp = min(1.0, 2 * step / schedule.steps)
        total = loss + schedule.spike_penalty * ramp * mean_firing_rate(list(output.spikes.values()))
        if self.start is not None:
            total = total + self.start.penalty(self.network, (self.config.seed, 2, step))
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.progressed.step += 1
        return loss.item()

    def _validate(self, loss: float, events: SummaryWriter) -> str:
        found = validate(self.network, self.held_out, self.faults)
        step = self.progressed.step
        if found.loss < self.progressed.best_loss:
            self.progressed.best_loss, self.progressed.best_step, self.best = found.loss, step, self._weights()
        patience = self.schedule.patience * self.schedule.validate_every
        self.progressed.done = self._at_the_end() or step - self.progressed.best_step >= patience
        scalars = {"loss/training": loss, "loss/validation": found.loss, "accuracy/validation": found.accuracy}
        scalars |= {f"firing rate/{layer}": rate for layer, rate in found.firing_rates.items()}
        for name, value in scalars.items():
            events.add_scalar(name, value, step)
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps({"step": step, **scalars}) + "\n")
        fired = ", ".join(f"{rate:.0%}" for rate in found.firing_rates.values())
        return f"loss {loss:.3f}, held out {found.loss:.3f} ({found.accuracy:.1%})" + (
            f", fires {fired}" if fired else ""
        )

    def _at_the_end(self) -> bool:
        return self.progressed.step >= self.schedule.steps

    def _weights(self) -> Tensors:
        return {name: value.detach().clone() for name, value in self.network.state_dict().items()}

    def _save(self) -> None:
        checkpoint.save(self.folder / CHECKPOINT, self.network, self.optimiser, self.best, asdict(self.progressed))

    def _resume(self) -> None:
        path = self.folder / CHECKPOINT
        if not path.exists():
            self.config.write(self.folder / "config.toml")
            return
        progressed = Progressed(**checkpoint.peek(path))
        if progressed.key != self.config.key:
            raise CheckpointError(
                f"{self.folder} holds a run of another configuration; name another folder or remove it"
            )
        self.best, _ = checkpoint.load(path, self.network, self.optimiser)
        self.progressed = progressed


def one_cycle(done: float) -> float:
    """Learning rate over its peak when the part `done` of the steps is done: cosine up over 30 %, then down to 1e-4."""
    warm, low, lowest = 0.3, 0.04, 1e-4
    if done < warm:
        return float(low + (1 - low) * (1 - np.cos(np.pi * done / warm)) / 2)
    return float(lowest + (1 - lowest) * (1 + np.cos(np.pi * (done - warm) / (1 - warm))) / 2)


def _mixed(seed: int, step: int) -> int:
    """A seed for the step's dropout, far from that of its neighbours."""
    return int(np.random.SeedSequence((seed, 1, step)).generate_state(1)[0])


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns)
