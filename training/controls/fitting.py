"""A small network trained for a control, outside of any run that is shipped or tabulated."""

from collections.abc import Iterable
from pathlib import Path

from data.front_ends import OrderFrontEnd, TimeFrontEnd
from data.recording import Recording
from training.config import ConfigError, TrainingConfig
from training.controls.shuffle import ShuffledPool, shuffled_held_out
from training.judging import Read
from training.loop import train
from training.pool import Pool
from training.validation import HeldOut, held_out
from training.weights import Weights


def fit(
    config: TrainingConfig,
    recordings: Iterable[Recording],
    validation: Iterable[Recording],
    folder: Path,
    shuffling: bool = False,
) -> Read:
    """Trains on `recordings` into `folder`, whatever `config.sources` says, and returns what reads windows.

    Args:
        shuffling: training and validation windows are shuffled (`training.controls.shuffle`).

    Raises:
        ConfigError: the front end gives no signals that slices could be drawn from.
        CheckpointError: the folder holds a run of another configuration.
    """
    front_end = config.front_end
    if not isinstance(front_end, OrderFrontEnd | TimeFrontEnd):
        raise ConfigError(f"front end {front_end.kind}: these controls train on slices of a signal, and it gives none")
    held: tuple[HeldOut, ...] = held_out(validation, front_end)
    pool_of: type[Pool] = Pool
    if shuffling:
        held, pool_of = shuffled_held_out(held, front_end), ShuffledPool
    train(config, pool_of(recordings, front_end, config.augmentation), held, folder)
    return Weights(folder).run
