"""The cells: each rig's recordings and simulated plants, by each reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.datasets import DATASETS
from data.recording import Recording
from models.bearing_fit import BearingCheck
from models.shaft_speed import IN_DOUBT, ShaftSpeed
from training.doubt.asking import WRONG_NUMBERS, WRONG_SPEEDS, ask
from training.doubt.plants import TESTING, plant
from training.doubt.readers import READERS
from training.spans import SIMULATED
from training.suites.cell import Cell, Result, digest
from training.suites.recordings import RIGS, at_hand, used

PLANTS_A_CELL = 40
RECORDING_SECONDS = 3.0


@dataclass(frozen=True)
class DoubtCell:
    """Some recordings asked in every way, one reader answering.

    Attributes:
        reader: a name in `READERS`.
        rig: whose recordings, or `simulated`.
        seeds: of the plants.
    """

    reader: str
    rig: str
    seeds: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Readable."""
        plants = f" {self.seeds[0]}-{self.seeds[-1]}" if self.seeds else ""
        return f"{self.reader}: {self.rig}{plants}"

    @property
    def group(self) -> str:
        """One file a reader."""
        return self.reader.replace(" ", "-")

    @property
    def key(self) -> str:
        """Changes with the estimator, the check, the reader and what is asked."""
        names = [entry.name for entry in used(self.rig)] if not self.seeds else self.seeds
        asked = (WRONG_SPEEDS, WRONG_NUMBERS, IN_DOUBT)
        return digest(self.rig, names, asked, ShaftSpeed(), BearingCheck(), READERS[self.reader].version)

    @property
    def seconds(self) -> float:
        """CPU seconds."""
        return RECORDING_SECONDS * (len(self.seeds) or len(used(self.rig)))

    def measure(self, root: Path, runs: Path) -> Result:
        """Asks each recording in every way."""
        return {"recordings": [ask(recording, READERS[self.reader]) for recording in self._recordings(root, runs)]}

    def _recordings(self, root: Path, runs: Path) -> Iterator[Recording]:
        if self.seeds:
            yield from map(plant, self.seeds)
            return
        dataset, root = DATASETS[self.rig], at_hand(root, self.rig, runs)
        yield from (dataset.load(root, entry) for entry in used(self.rig))


def cells(root: Path) -> Sequence[Cell]:
    """All cells, the rigs first."""
    plants = [tuple(TESTING[start : start + PLANTS_A_CELL]) for start in range(0, len(TESTING), PLANTS_A_CELL)]
    return [
        cell
        for reader in READERS
        for cell in (
            *(DoubtCell(reader, rig) for rig in RIGS),
            *(DoubtCell(reader, SIMULATED, seeds) for seeds in plants),
        )
    ]
