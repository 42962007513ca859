"""What is changed, one choice at a time, around the truth table's MRA-SNN in the front end `order`."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product

from data.front_ends import OrderFrontEnd
from models.network import MraSnnConfig
from training.config import TrainingConfig
from training.suites.changes import Changes, changed
from training.suites.rows import ROWS
from training.suites.trial import Variant

UNCHANGED = "as in the truth table"
ROW = "MRA-SNN order"
"""Of that table: around it choices are made."""
PLACES = ("encoder", "block", "neuron")
TIMESTEPS = (1, 2, 4, 8)
REVOLUTIONS = (1, 2, 4, 8)
WIDTHS = (0.5, 0.75, 1.5)
"""Times the unchanged channels, rounded to a multiple of four."""


def unchanged() -> TrainingConfig:
    """The configuration around which choices are made."""
    return next(row for row in ROWS if row.label == ROW).training()


def variants(base: TrainingConfig) -> tuple[Variant, ...]:
    """The configuration unchanged, then each other choice; what has been made already is not made again."""
    made = [Variant(UNCHANGED, UNCHANGED, base)]
    for group, choices in CHOICES.items():
        for name, changes in choices(base):
            config = changed(base, changes)
            if all(config != variant.config for variant in made):
                made.append(Variant(group, name, config))
    return tuple(made)


def _attentions(_: TrainingConfig) -> Iterator[tuple[str, Changes]]:
    for held in product((True, False), repeat=len(PLACES)):
        on = [place for place, is_on in zip(PLACES, held, strict=True) if is_on]
        switches = {f"{place}_attention": is_on for place, is_on in zip(PLACES, held, strict=True)}
        yield f"attention: {', '.join(on) or 'none'}", {"network": switches}


def _timesteps(base: TrainingConfig) -> Iterator[tuple[str, Changes]]:
    stages = len(base.network.timesteps)
    for steps in TIMESTEPS:
        yield f"T {steps}", {"network": {"timesteps": (steps,) * stages}}


def _windows(base: TrainingConfig) -> Iterator[tuple[str, Changes]]:
    front_end = base.front_end
    assert isinstance(front_end, OrderFrontEnd)
    for turns in REVOLUTIONS:
        length = turns * front_end.samples_per_revolution
        yield f"{turns} rev", {"front_end": {"revolutions": turns}, "network": {"window_length": length}}


def _bands(base: TrainingConfig) -> Iterator[tuple[str, Changes]]:
    front_end = base.front_end
    assert isinstance(front_end, OrderFrontEnd)
    low, high = front_end.bands_hz[0]
    yield f"only {low:g}-{high:g} Hz", {"front_end": {"bands_hz": (front_end.bands_hz[0],)}}


def _augmentation(base: TrainingConfig) -> Iterator[tuple[str, Changes]]:
    clean = (60.0, 60.0)
    yield "no stretching", {"augmentation": {"stretch": 0.0}}
    yield "no noise on recordings", {"augmentation": {"raw_snr_db": ()}}
    yield "no noise on windows", {"augmentation": {"snr_db": clean}}
    yield "none of these", {"augmentation": {"stretch": 0.0, "raw_snr_db": (), "snr_db": clean}}


def _widths(base: TrainingConfig) -> Iterator[tuple[str, Changes]]:
    network = base.network
    assert isinstance(network, MraSnnConfig)
    for factor in WIDTHS:
        stages = _scaled(network.stage_widths, factor)
        changes = {"stage_widths": stages, "branch_channels": max(1, round(factor * network.branch_channels))}
        yield f"widths {', '.join(map(str, stages))}", {"network": changes}


def _scaled(widths: Sequence[int], factor: float) -> tuple[int, ...]:
    return tuple(max(4, 4 * round(factor * width / 4)) for width in widths)


CHOICES: dict[str, Callable[[TrainingConfig], Iterator[tuple[str, Changes]]]] = {
    "attention": _attentions,
    "timesteps": _timesteps,
    "window": _windows,
    "bands": _bands,
    "augmentation": _augmentation,
    "width": _widths,
}
