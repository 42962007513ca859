"""The cells: a network of the truth table reads its test part in float32 and in eight bits. Nothing is trained."""

from dataclasses import dataclass
from pathlib import Path

from data.errors import BrinellError
from training.judging import judge
from training.suites.cell import Result, digest
from training.suites.int8 import graphs
from training.suites.int8.raw import compared
from training.suites.trained import kept
from training.suites.truth import TRUTH
from training.suites.truth.cells import NetworkCell

VERSION = 1
READING_SECONDS = 0.15
"""Of one recording, in both forms."""
QUANTISING_SECONDS = 1.5


class NotTrained(BrinellError):
    """There are no weights to read with; the page says how to get them."""


@dataclass(frozen=True)
class Int8Cell:
    """Both forms of one network of the truth table."""

    network: NetworkCell

    @property
    def name(self) -> str:
        """As the truth table's."""
        return self.network.name

    @property
    def group(self) -> str:
        """As the truth table's."""
        return self.network.group

    @property
    def key(self) -> str:
        """Changes with the truth table's cell and with what calibrates a twin."""
        return digest("int8", VERSION, self.network.key, graphs.RECORDINGS, graphs.WINDOWS)

    @property
    def seconds(self) -> float:
        """CPU seconds."""
        return QUANTISING_SECONDS + READING_SECONDS * len(self.network.place.split.test)

    def measure(self, root: Path, runs: Path) -> Result:
        """Reads with the weights that the suite `truth` has left beside `runs`.

        Raises:
            NotTrained: it has left none of this cell.
            DatasetError: a recording is missing.
        """
        place = self.network.place
        ready = kept(self.network.config, self.network.at_hand(root, runs), runs.parent / TRUTH.name)
        if ready is None:
            raise NotTrained(f"no weights under {runs.parent / TRUTH.name}; the page says how to get them")
        run, weights = ready.run, ready.weights
        float32, int8 = (
            judge(form, run.config.front_end, place.split.test, run.root, run.faults)
            for form in (weights, graphs.eight_bits(ready))
        )
        where: dict[str, str | int] = {
            "row": place.row,
            "protocol": place.protocol,
            "dataset": place.dataset,
            "split": place.split.name,
            "seed": place.seed,
        }
        raw = compared(where, float32, int8, weights.layers, ready.conclusion.unknown_check)
        return raw.model_dump(mode="json")
