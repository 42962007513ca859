"""A configuration with some of its fields changed."""

from collections.abc import Mapping
from typing import Any

from training.config import TrainingConfig

Changes = Mapping[str, Any]
"""Fields by name, of parts in parts: `{"network": {"timesteps": [2, 2, 2]}}`."""


def changed(config: TrainingConfig, changes: Changes) -> TrainingConfig:
    """The configuration with `changes`, checked anew.

    Raises:
        ValidationError: a changed field is wrong, or does not fit the others.
    """
    return TrainingConfig.model_validate(_merged(config.model_dump(), changes))


def _merged(whole: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    parts = {
        name: _merged(whole[name], value)
        if isinstance(value, Mapping) and isinstance(whole.get(name), Mapping)
        else value
        for name, value in changes.items()
    }
    return {**whole, **parts}
