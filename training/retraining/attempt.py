"""One step tried: trained where it trains, its thresholds fitted, and read on the recordings that choose."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from data.fault import Fault
from models.bundle import MODEL, Bundle
from models.graph import Graph
from models.verdict import Calibration, UnknownCheck
from training.calibration import fit_temperature, fit_unknown_check, widened
from training.config import TrainingConfig
from training.export import export
from training.judging import Judged, judge_recordings
from training.loop import WEIGHTS, train
from training.losses import smoothed_cross_entropy
from training.pool import Batches
from training.retraining.halves import Halves, Piece
from training.retraining.rehearsal import Base, Distillation, rehearsed
from training.retraining.steps import STEPS, FromChampion, Step
from training.retraining.versus import Tally, answer, tally
from training.run import trained_network
from training.validation import held_out

PACE = "pace.json"
PACE_STEPS = 3
FEWEST_STEPS = 20
VALIDATIONS = 5


@dataclass(frozen=True, eq=False)
class Attempt:
    """What a step came to.

    Attributes:
        folder: with `config.toml`, weights and graph.
        trained: training steps.
        new, old: answers on recordings that choose, labelled ones and the champion's own where they are at hand, each
            with limits that others of them gave.
    """

    step: str
    folder: Path
    trained: int
    calibration: Calibration
    unknown_check: UnknownCheck
    new: Tally
    old: Tally

    @property
    def score(self) -> float:
        """Of both, each weighing alike."""
        return (self.new.score + self.old.score) / 2 if self.old.total else self.new.score

    def enough(self, score: float) -> bool:
        """On the labelled recordings and on the champion's own alike."""
        return self.new.score >= score and (not self.old.total or self.old.score >= score)


class Attempts:
    """All that the steps of one retraining share; what is under `work` already is not done again."""

    def __init__(self, champion: Bundle, halves: Halves, base: Base | None, minutes: float, work: Path) -> None:
        self._champion, self._halves, self._base = champion, halves, base
        self._minutes, self._work = minutes, work
        self.config = TrainingConfig.read(champion.folder / "config.toml")

    def attempt(self, name: str) -> Attempt:
        """Trains a step to its end, or from where it was killed, and fits what makes answers of it."""
        step, folder = STEPS[name], self._work / name
        folder.mkdir(parents=True, exist_ok=True)
        trained = self._train(step, folder)
        export(trained_network(folder), folder)
        manifest, graph = self._champion.manifest, Graph(folder / MODEL)

        def judged(pieces: Sequence[Piece]) -> list[Judged]:
            return judge_recordings(graph, manifest.front_end, pieces, manifest.faults)

        taught, choose = judged(self._halves.train), judged(self._halves.choose)
        own, old = (judged(self._base.train), judged(self._base.choose)) if self._base is not None else ([], [])

        def fitted(chosen: Sequence[Judged]) -> UnknownCheck:
            if self._base is None:
                return widened(manifest.unknown_check, taught, chosen, manifest.front_end.kind)
            return fit_unknown_check([*own, *taught], chosen, manifest.front_end.kind)

        both = [*old, *choose]
        crossed = _crossed(fitted, old, choose)
        return Attempt(name, folder, trained, fit_temperature(both), fitted(both), *crossed)

    def _train(self, step: Step, folder: Path) -> int:
        if not step.steps:
            for name in ("config.toml", WEIGHTS):
                shutil.copyfile(self._champion.folder / name, folder / name)
            return 0
        pool = rehearsed(self.config, self._halves.train, self._base)
        parent = self._champion.folder
        distillation = Distillation(trained_network(parent), self.config) if self._base is None else None
        start = FromChampion(parent, step, distillation)
        seconds = self._seconds_a_step(pool, start)
        steps = min(step.steps, max(FEWEST_STEPS, int(step.share * 60 * self._minutes / seconds)))
        schedule = self.config.schedule.model_copy(
            update={
                "steps": steps,
                "learning_rate": step.rate * self.config.schedule.learning_rate,
                "validate_every": max(1, steps // VALIDATIONS),
                "checkpoint_every": max(1, min(25, steps // VALIDATIONS)),
                "patience": steps,
            }
        )
        config = self.config.model_copy(update={"schedule": schedule})
        pieces = (*self._halves.choose, *(self._base.choose if self._base is not None else ()))
        validation = held_out((recording for _, recording in pieces), config.front_end)
        train(config, pool, validation, folder, start)
        return steps

    def _seconds_a_step(self, pool: Batches, start: FromChampion) -> float:
        """Measured once and written down, so that a retraining that was killed goes on at the same pace."""
        path = self._work / PACE
        if not path.exists():
            network = trained_network(self._champion.folder)
            schedule = self.config.schedule
            began = time.perf_counter()
            for number in range(PACE_STEPS):
                windows, labels = pool.batch(schedule.batch, (0, number))
                logits = network(torch.from_numpy(windows)).logits
                faults = list(range(logits.shape[-1]))
                loss = smoothed_cross_entropy(logits, torch.from_numpy(labels), faults, schedule.label_smoothing)
                loss = loss + start.penalty(network, (self.config.seed, number))
                loss.backward()  # type: ignore[no-untyped-call]
            path.write_text(json.dumps({"seconds": (time.perf_counter() - began) / PACE_STEPS}))
        return float(np.maximum(json.loads(path.read_text())["seconds"], 1e-4))


def _crossed(
    fitted: Callable[[Sequence[Judged]], UnknownCheck], old: Sequence[Judged], new: Sequence[Judged]
) -> tuple[Tally, Tally]:
    """Answers on new and old recordings, each with limits that the other half of them gave: none judges itself."""
    answers: list[tuple[list[tuple[Fault, Fault | None]], ...]] = []
    for fold in (0, 1):
        check = fitted([*old[fold::2], *new[fold::2]])
        answers.append(tuple([(each.fault, answer(each, check)) for each in of[1 - fold :: 2]] for of in (new, old)))
    (new_0, old_0), (new_1, old_1) = answers
    return tally([*new_0, *new_1]), tally([*old_0, *old_1])
