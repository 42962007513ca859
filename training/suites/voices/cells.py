"""The cells: a rig, or some simulated machines, asked in one way, with one network."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from data.fault import Fault
from data.recording import Recording
from models.baseline import Baseline
from models.bearing_fit import BearingCheck
from models.envelope_rule import EnvelopeRule
from models.shaft_speed import ShaftSpeed
from models.voices import combine
from training.spans import SIMULATED
from training.suites.cell import Cell, Result, digest
from training.suites.recordings import at_hand
from training.suites.trained import trained
from training.suites.truth import plan
from training.suites.truth.cells import NetworkCell
from training.voices.asking import ASKED, RIGHT, Asking
from training.voices.hearing import Network, OfRun, Shipped, hear, read
from training.voices.machines import CHOOSING, TESTING, Test, machine
from training.voices.rigs import (
    COMMISSIONED,
    FAN_END,
    commissioned,
    dataset_of,
    left_to_test,
    listened,
    recordings,
)

WITH_FAN_END = ("mfpt", "jnu", FAN_END)
"""CWRU by its other sensor."""
ARGUED = "simulated, argued on"
MACHINES = {SIMULATED: TESTING, ARGUED: CHOOSING}
"""The table was argued on some, which are asked right alone."""
SHIPPED = "aligned, as shipped"
OTHER_RIGS = "aligned with real rigs"
"""A row of the truth table: learned from simulated machines, and from the rigs that are not tested."""
SEED = 2
NETWORKS = (OTHER_RIGS, SHIPPED)
RECORDING_SECONDS = 0.3
VERSION = 2
"""Counts up when the voices, or how they are joined, come to say something else."""


@dataclass(frozen=True)
class VoicesCell:
    """One rig asked in one way.

    Attributes:
        network: one of `NETWORKS`.
        rig: of `COMMISSIONED`, or of `MACHINES`.
        row: of `ASKED`.
        asking: of that row.
    """

    network: str
    rig: str
    row: str
    asking: Asking

    @property
    def name(self) -> str:
        """Readable, unique."""
        told = f"{self.asking.speed:+.0%}" if self.asking.speed else f"{self.asking.elements:+d}"
        return f"{self.network}: {self.rig}, {self.row} ({told})"

    @property
    def group(self) -> str:
        """One file a network."""
        return "as-shipped" if self.network == SHIPPED else "other-rigs"

    @property
    def key(self) -> str:
        """Changes with what reads, what is asked and what is read."""
        names = [each.name for each in recordings(self.rig)] if self._real else self._first_and_end
        chosen = asdict(COMMISSIONED[self.rig]) if self._real else None
        readers = (EnvelopeRule(), ShaftSpeed(), BearingCheck(), self._network_key)
        return digest("voices", VERSION, self.rig, names, chosen, asdict(self.asking), *readers)

    @property
    def seconds(self) -> float:
        """CPU seconds."""
        return RECORDING_SECONDS * (len(recordings(self.rig)) if self._real else 17 * len(MACHINES[self.rig]))

    def measure(self, root: Path, runs: Path) -> Result:
        """Commissions, then listens to all the rest."""
        network = self._network(root, runs)
        if self._real:
            root = at_hand(root, dataset_of(self.rig), runs)
            tests = [Test(listened(root, entry), entry.fault) for entry in left_to_test(self.rig)]
            healthy = tuple(commissioned(root, self.rig))
            return {"recordings": self._listen(healthy, COMMISSIONED[self.rig].pieces > 1, tests, network)}
        machines = map(machine, MACHINES[self.rig])
        heard = (self._listen(each.commissioned, False, each.tests, network) for each in machines)
        return {"recordings": [one for of_machine in heard for one in of_machine]}

    def _listen(
        self, healthy: Sequence[Recording], pieces: bool, tests: Sequence[Test], network: Network
    ) -> list[dict[str, Any]]:
        learned = [read(self.asking.of(each)).healthy for each in healthy]
        baseline = Baseline.learn(learned, pieces) if learned else None
        return [self._heard(test, baseline, len(learned), network) for test in tests]

    def _heard(self, test: Test, baseline: Baseline | None, healthy: int, network: Network) -> dict[str, Any]:
        found = read(self.asking.of(test.recording))
        together = combine(*hear(found, network, baseline))
        return {
            "recording": test.recording.source,
            "bearing": test.recording.bearing,
            "fault": test.fault,
            "other_load": test.other_load,
            "healthy": healthy,
            "voices": {
                each.voice: {
                    "says": each.says,
                    "fault": each.fault,
                    "strength": None if each.strength is None else round(each.strength, 3),
                }
                for each in together.voices
            },
            "level": together.level,
            "named": together.fault,
            "rule": together.rule,
            "severity": together.severity,
            "warnings": list(found.warnings),
        }

    @property
    def _first_and_end(self) -> list[int]:
        return [MACHINES[self.rig].start, MACHINES[self.rig].stop]

    @property
    def _real(self) -> bool:
        return self.rig in COMMISSIONED

    @property
    def _network_key(self) -> str:
        if self.network == SHIPPED:
            return Shipped("aligned").bundle.identity
        return self._run.key

    def _network(self, root: Path, runs: Path) -> Network:
        if self.network == SHIPPED:
            return Shipped("aligned")
        return OfRun(trained(self._run.config, self._run.at_hand(root, runs), runs))

    @property
    def _run(self) -> NetworkCell:
        return _run(dataset_of(self.rig))


@lru_cache
def _run(dataset: str) -> NetworkCell:
    """The truth table's run that has not seen the dataset."""
    wanted = (OTHER_RIGS, f"{dataset} never seen", SEED)
    return next(
        cell
        for cell in plan.cells(Path())
        if isinstance(cell, NetworkCell)
        and not cell.place.noise
        and (cell.place.row, cell.place.split.name, cell.place.seed) == wanted
    )


def cells(root: Path) -> Sequence[Cell]:
    """All cells; simulated machines are none of the rigs', and only the shipped network is asked of them."""
    return list(_cells())


def _cells() -> Iterator[VoicesCell]:
    for network in NETWORKS:
        for row, askings in ASKED.items():
            for rig in (*COMMISSIONED, *MACHINES):
                if (rig in MACHINES and network != SHIPPED) or (rig == ARGUED and row != RIGHT):
                    continue
                yield from (VoicesCell(network, rig, row, asking) for asking in askings)


def faulty(recording: dict[str, Any]) -> bool:
    """Whether the label says so."""
    return bool(recording["fault"] != Fault.NORMAL)
