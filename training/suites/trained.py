"""A run that is trained and calibrated once, whichever cell asks first."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from data.protocols import Span
from models.verdict import Calibration, UnknownCheck
from training.calibration import fit_temperature, fit_unknown_check
from training.config import TrainingConfig
from training.judging import Altered, Judged, as_it_is, judge
from training.lock import once
from training.run import Run
from training.weights import Weights

CONCLUSION = "conclusion.json"


class Conclusion(BaseModel):
    """What a run's validation part gave; kept in its folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calibration: Calibration
    unknown_check: UnknownCheck


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained `run`, its `weights`, and what its validation part gave."""

    run: Run
    weights: Weights
    conclusion: Conclusion

    def judge(self, spans: Iterable[Span], altered: Altered = as_it_is) -> list[Judged]:
        """The network's reading of recordings, which need not be of the run's own split."""
        return _judge(self.run, self.weights, spans, altered)


def trained(config: TrainingConfig, root: Path, runs: Path) -> Trained:
    """The run of a configuration, from its folder under `runs` where it is there, else trained now.

    Raises:
        ConfigError, DatasetError: the configuration asks for recordings or folds that there are not.
    """
    run = Run.under(config, root, runs)
    with once(runs, run.folder.name):
        found = _kept(run)
        if found is None:
            run.learn()
            weights = Weights(run.folder)
            learned, validation = (_judge(run, weights, part) for part in (run.split.train, run.split.validation))
            conclusion = Conclusion(
                calibration=fit_temperature(validation),
                unknown_check=fit_unknown_check(learned, validation, config.front_end.kind),
            )
            (run.folder / CONCLUSION).write_text(conclusion.model_dump_json())
            found = Trained(run, weights, conclusion)
    return found


def kept(config: TrainingConfig, root: Path, runs: Path) -> Trained | None:
    """The run of a configuration where its folder under `runs` holds it, else None; raises as `trained`."""
    return _kept(Run.under(config, root, runs))


def _kept(run: Run) -> Trained | None:
    file = run.folder / CONCLUSION
    if not file.exists():
        return None
    return Trained(run, Weights(run.folder), Conclusion.model_validate_json(file.read_text()))


def _judge(run: Run, weights: Weights, spans: Iterable[Span], altered: Altered = as_it_is) -> list[Judged]:
    return judge(weights, run.config.front_end, spans, run.root, run.faults, altered)
