"""The cells of the suite, and how many of each kind."""

from collections.abc import Mapping

from data.front_ends import OrderFrontEnd, TimeFrontEnd
from models.bundle import PRETRAINED, versions
from training.config import CONFIGS, Source, TrainingConfig
from training.suites.cell import Cell
from training.suites.controls.cells import BundleCell, LabelsCell, OrderCell
from training.suites.controls.rate import FRESH_NETWORK, PROBES, RateCell

FRONT_ENDS = ("order", "time", "aligned")
STEPS = 500

SOURCES = (
    *(Source(dataset="jnu", protocol="cross-speed", split=f"{rpm} rpm left out") for rpm in (600, 800, 1000)),
    Source(dataset="mfpt", protocol="by-recording", split="official"),
    *(
        Source(dataset="mfpt", protocol="cross-load", split=f"{loads}, no fault at 270 lbs")
        for loads in ("50 lbs", "200 lbs", "250 lbs", "200 lbs + 250 lbs")
    ),
)
PERMUTED = SOURCES[:4]
PERMUTATIONS = {"cross-speed": 4, "by-recording": 4}

STEP_SECONDS = 0.05
START_SECONDS = 10.0
"""CPU seconds thought of a training step, and of what is not training."""


def shipped_configs() -> dict[str, TrainingConfig]:
    """The configurations of the shipped bundles that there are, with the steps that a control needs."""
    found = {}
    for name in FRONT_ENDS:
        file = CONFIGS / f"{name}.toml"
        if not file.exists():
            continue
        config = TrainingConfig.read(file)
        schedule = config.schedule.model_copy(update={"steps": min(STEPS, config.schedule.steps)})
        found[name] = config.model_copy(update={"schedule": schedule})
    return found


def cells_of(configs: Mapping[str, TrainingConfig]) -> list[Cell]:
    """The shipped bundles first, then for each configuration: order, labels, rate.

    Where a front end gives no slices of a signal, no fresh network is trained.
    """
    shipped = [folder for name in configs for folder in reversed(versions(PRETRAINED / name))]
    cells: list[Cell] = [BundleCell(folder, 60.0) for folder in shipped]
    for config in configs.values():
        seconds = START_SECONDS + STEP_SECONDS * config.schedule.steps
        sliced = isinstance(config.front_end, OrderFrontEnd | TimeFrontEnd)
        if sliced:
            cells += [OrderCell(config, source, mixed, seconds) for source in SOURCES for mixed in (False, True)]
            cells += [
                LabelsCell(config, source, permutation, seconds)
                for source in PERMUTED
                for permutation in range(PERMUTATIONS[source.protocol])
            ]
        cells += [RateCell(config, probe, 2 * seconds) for probe in PROBES if sliced or probe != FRESH_NETWORK]
    return cells
