"""The rows of the tables: which network, from which configuration, on which protocols, with how many seeds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

import training
from models.network import NetworkConfig, SpikingConfig, twin
from training.config import TrainingConfig
from training.suites.changes import Changes, changed

CONFIGS = Path(training.__file__).with_name("configs")
_NETWORK: TypeAdapter[NetworkConfig] = TypeAdapter(NetworkConfig)

MANY, FEW = 5, 3
"""Seeds."""

TWIN: Mapping[str, Any] = {"kind": "twin"}
"""Instead of a network: the configuration's own with ReLU in place of spikes."""


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        label: in the tables.
        config: the stem of a file in training/configs; its network, front end, simulation, augmentation and schedule
            are taken, its sources are not.
        network: instead of the configuration's: `TWIN`, or fields of a network config, the window length apart.
        changes: of other fields, as `{"simulation": {"alone": True}}`.
        protocols: where the row runs; everywhere without.
        seeds: on the headline protocols; elsewhere never more than three.
        spared: the row does not run on splits whose names end so.
    """

    label: str
    config: str
    network: Mapping[str, Any] = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)
    protocols: tuple[str, ...] | None = None
    seeds: int = FEW
    spared: str | None = None

    def runs_on(self, protocol: str, split: str) -> bool:
        """Whether the row has cells there."""
        if self.protocols is not None and protocol not in self.protocols:
            return False
        return self.spared is None or not split.endswith(self.spared)

    @property
    def spikes(self) -> bool:
        """False of a twin, and of every network put in the place of the configuration's."""
        return not self.network

    def training(self) -> TrainingConfig:
        """The configuration of the row's runs, but for sources and seed."""
        config = changed(TrainingConfig.read(CONFIGS / f"{self.config}.toml"), self.changes)
        if not self.network:
            return config
        if self.network == TWIN:
            assert isinstance(config.network, SpikingConfig)
            network: NetworkConfig = twin(config.network)
        else:
            network = _NETWORK.validate_python({**self.network, "window_length": config.front_end.length})
        return config.model_copy(update={"network": network})


RULE = "envelope rule"
"""The row that needs no training and no seed."""

SHORT: Changes = {
    "augmentation": {"raw_snr_db": (10.0, 5.0, 0.0, -5.0)},
    "schedule": {"steps": 600, "patience": 8},
}
"""Fewer steps than those of a shipped bundle, and more noise. So few steps end before this patience does."""

TWO_REVOLUTIONS: Changes = {**SHORT, "front_end": {"revolutions": 2}, "network": {"window_length": 512}}
"""Half of the shipped window: at MFPT's speed 80 ms."""

WITH_REAL: Changes = {"simulation": {"alone": False}}
REAL: Changes = {"simulation": {"alone": False, "recordings": 0, "held_out": 0}}
"""`aligned` as it is shipped learns from simulated machines alone; with real ones beside, and from real ones alone."""

LONG = ("cross-machine", "by-recording", "by-time")
"""Where a network is also trained for as many steps as a bundle, which is fifteen times as long."""

LEAN = ", no fault at 270 lbs"
"""MFPT's loads with less to learn from: only MRA-SNN over shaft angle and its twin are asked."""

# In the order in which a queue fills them.
ROWS: tuple[Row, ...] = (
    Row("MRA-SNN order", "order", changes=SHORT, seeds=MANY),
    Row("ReLU twin order", "order", TWIN, SHORT, seeds=MANY),
    Row("aligned", "aligned", protocols=("cross-machine", "by-bearing"), seeds=MANY),
    Row("aligned with real rigs", "aligned", changes=WITH_REAL, protocols=("cross-machine", "by-bearing")),
    Row("aligned from real rigs", "aligned", changes=REAL, protocols=("cross-machine", "by-bearing")),
    Row("ReLU twin aligned", "aligned", TWIN, protocols=("cross-machine", "by-bearing"), seeds=MANY),
    Row("MRA-SNN time", "time", changes=SHORT, seeds=MANY, spared=LEAN),
    Row("ReLU twin time", "time", TWIN, SHORT, seeds=MANY, spared=LEAN),
    Row("WDCNN time", "time", {"kind": "wdcnn"}, SHORT, spared=LEAN),
    Row("ResNet time", "time", {"kind": "resnet1d"}, SHORT, spared=LEAN),
    Row("ResNet order", "order", {"kind": "resnet1d"}, SHORT, spared=LEAN),
    Row("MRA-SNN order, 2 rev", "order", changes=TWO_REVOLUTIONS, protocols=("cross-load",), spared=LEAN),
    Row("MRA-SNN order, as shipped", "order", protocols=(*LONG, "cross-speed"), seeds=1),
    Row("MRA-SNN time, as shipped", "time", protocols=LONG, seeds=1),
)
