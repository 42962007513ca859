"""One dataset under one protocol: each configuration's network beside its ReLU twin, the control and the rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from data.fault import Fault
from data.protocols import Split
from models.envelope_rule import EnvelopeRule
from models.network import PlainSnnConfig, twin
from training.config import ConfigError, Source, TrainingConfig
from training.evaluation import Evaluation, evaluate
from training.metrics import Share
from training.run import Run
from training.spans import read, splits_of

RESULTS = "results.json"
_EVALUATION = TypeAdapter(Evaluation)


@dataclass(frozen=True)
class Cell:
    """One network under one split; `evaluation` is what it reached."""

    split: str
    front_end: str
    network: str
    evaluation: Evaluation


@dataclass(frozen=True)
class RuleCell:
    """The envelope rule under one split: recordings read right at its threshold, and forced among the three faults."""

    split: str
    right: Share
    missed: Share
    false_alarms: Share
    forced_right: Share


def compare(
    configs: Sequence[Path],
    dataset: str,
    protocol: str,
    splits: Sequence[str] | None,
    steps: int | None,
    root: Path,
    runs: Path,
) -> Iterator[Cell | RuleCell]:
    """Trains and measures what is not there yet, cell by cell, in the order of the splits.

    Raises:
        ConfigError: a configuration is wrong, or there is no such dataset, protocol or split.
        DatasetError: recordings are missing that the protocol cannot do without.
    """
    for split in _chosen(splits_of(dataset, protocol, root), splits):
        for path in configs:
            for network, config in _networks(TrainingConfig.read(path), dataset, protocol, split, steps).items():
                run = Run.under(config, root, runs)
                yield Cell(split.name, config.front_end.kind, network, _measured(run))
        yield _rule(split, root)


def _chosen(splits: Sequence[Split], names: Sequence[str] | None) -> list[Split]:
    unknown = set(names or ()) - {split.name for split in splits}
    if unknown:
        raise ConfigError(
            f"no split {', '.join(sorted(unknown))}; there are {', '.join(split.name for split in splits)}"
        )
    return [split for split in splits if not names or split.name in names]


def _networks(
    config: TrainingConfig, dataset: str, protocol: str, split: Split, steps: int | None
) -> dict[str, TrainingConfig]:
    schedule = config.schedule if steps is None else config.schedule.model_copy(update={"steps": steps})
    source = Source(dataset=dataset, protocol=protocol, split=split.name)
    spiking = config.model_copy(update={"sources": (source,), "schedule": schedule})
    control = PlainSnnConfig(window_length=config.network.window_length)
    return {
        "MRA-SNN": spiking,
        "ReLU twin": spiking.model_copy(update={"network": twin(config.network)}),
        "plain spiking control": spiking.model_copy(update={"network": control}),
    }


def _measured(run: Run) -> Evaluation:
    results = run.folder / RESULTS
    if not results.exists():
        run.train()
        draft = run.conclude()
        found = evaluate(run.judge("test"), draft.layers, draft.calibration)
        results.write_bytes(_EVALUATION.dump_json(found, indent=1))
    return _EVALUATION.validate_json(results.read_bytes())


def _rule(split: Split, root: Path) -> RuleCell:
    rule = EnvelopeRule()
    evidence = [(rule.read(recording), recording.fault) for recording in read(split.test, root)]
    faulty = [(each, fault) for each, fault in evidence if fault is not Fault.NORMAL]
    healthy = [each for each, fault in evidence if fault is Fault.NORMAL]
    return RuleCell(
        split.name,
        _share([each.fault == fault for each, fault in evidence]),
        _share([each.fault is Fault.NORMAL for each, _ in faulty]),
        _share([each.fault is not Fault.NORMAL for each in healthy]),
        _share([each.forced == fault for each, fault in faulty]),
    )


def _share(which: Sequence[bool]) -> Share:
    return Share(sum(which), len(which))
