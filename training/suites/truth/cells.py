"""The cells of the truth table: a network under one split with one seed, or the envelope rule under one split."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from data.protocols import ALL, Span, Split
from training.config import Source, TrainingConfig
from training.judging import Altered, as_it_is
from training.spans import read
from training.suites.cell import Result, digest, told_spans
from training.suites.cost import training_seconds
from training.suites.recordings import at_hand
from training.suites.rows import RULE, Row
from training.suites.trained import trained
from training.suites.truth.altering import SNR_DB, noisy
from training.suites.truth.raw import Raw, Reached, of_network, of_rule
from training.suites.truth.variants import CHOOSING, VARIANTS, Variant, chosen, evidence, untested

READING_SECONDS = 0.05
"""Of one recording, by a network or by the rule; what front ends make of one is kept (`training.prepared`)."""

VERSION = 1
"""Counts up when what is kept of a cell changes in a way that its configuration does not tell."""


@dataclass(frozen=True)
class Place:
    """Where a cell stands in the table; `noise` reads the test part at every `SNR_DB`."""

    row: str
    protocol: str
    dataset: str
    split: Split
    seed: int = 0
    noise: bool = False

    @property
    def name(self) -> str:
        """Readable, unique."""
        words = [self.dataset, self.protocol, f"({self.split.name})", self.row, f"seed {self.seed}"]
        return " ".join([*words, "with noise"] if self.noise else words)

    @property
    def group(self) -> str:
        """The file of the raw results."""
        return f"{'noise-' if self.noise else ''}{self.protocol}-{self.dataset}"

    @property
    def key_parts(self) -> tuple[object, ...]:
        """All that changes the result, the network apart."""
        noise = SNR_DB if self.noise else None
        return (VERSION, self.protocol, self.split.name, told_spans(self.split), self.seed, noise)

    def readings(self) -> tuple[tuple[float | None, Altered], ...]:
        """The noise levels at which the test part is read, and what is done to its recordings."""
        if self.noise:
            return tuple((snr_db, noisy(snr_db)) for snr_db in SNR_DB)
        return ((None, as_it_is),)

    def raw(self, reached: list[Reached], **kept: float | Variant | None) -> Result:
        """The cell's result."""
        raw = Raw.model_validate(
            {
                "row": self.row,
                "protocol": self.protocol,
                "dataset": self.dataset,
                "split": self.split.name,
                "seed": self.seed,
                "reached": reached,
                **kept,
            }
        )
        return raw.model_dump(mode="json", exclude_defaults=True)


@dataclass(frozen=True)
class NetworkCell:
    """Trains a row's network, unless that run is there, and reads the test part."""

    place: Place
    row: Row
    base: TrainingConfig

    @property
    def name(self) -> str:
        """As the place's."""
        return self.place.name

    @property
    def group(self) -> str:
        """As the place's."""
        return self.place.group

    @cached_property
    def config(self) -> TrainingConfig:
        """Of the run; a noisy cell has that of the clean one, and what learns from no rig one for all splits."""
        place, simulation = self.place, self.base.simulation
        source = Source(dataset=place.dataset, protocol=place.protocol, split=place.split.name)
        changes = {
            "sources": self.base.sources if simulation.alone else (source,),
            "seed": place.seed,
            "simulation": simulation.model_copy(update={"seed": place.seed}),
        }
        return self.base.model_copy(update=changes)

    @property
    def key(self) -> str:
        """Changes with the configuration, the recordings and what is done to them."""
        return digest("network", self.config.key, *self.place.key_parts)

    @property
    def seconds(self) -> float:
        """Training, unless it is the clean cell's; each span read about twice."""
        split = self.place.split
        readings = len(self.place.readings()) * len({span.entry for span in split.test})
        if self.place.noise:
            return READING_SECONDS * readings
        reading = READING_SECONDS * (readings + 2 * len(split.train) + len(split.validation))
        return training_seconds(self.config) + reading

    def at_hand(self, root: Path, scratch: Path) -> Path:
        """As `training.suites.recordings.at_hand`, of all that the run and its test part are made of."""
        return at_hand(root, ALL if self.base.simulation.alone else self.place.dataset, scratch)

    def measure(self, root: Path, runs: Path) -> Result:
        """Raises DatasetError where a recording is missing."""
        ready = trained(self.config, self.at_hand(root, runs), runs)
        calibration, unknown = ready.conclusion.calibration, ready.conclusion.unknown_check
        reached = [
            of_network(ready.judge(self.place.split.test, altered), ready.weights, calibration, unknown, snr_db)
            for snr_db, altered in self.place.readings()
        ]
        return self.place.raw(
            reached,
            parameters=ready.weights.parameters,
            steps=self.config.schedule.steps,
            temperature=calibration.temperature,
            unknown_threshold=unknown.threshold,
        )


@dataclass(frozen=True)
class RuleCell:
    """The envelope rule on the test part, in the variant that the other parts chose: no training, no seed."""

    place: Place

    @property
    def name(self) -> str:
        """As the place's."""
        return self.place.name

    @property
    def group(self) -> str:
        """As the place's."""
        return self.place.group

    @property
    def key(self) -> str:
        """Changes with the variants and how one is chosen, the recordings and what is done to them."""
        return digest(RULE, CHOOSING, *(variant.rule for variant in VARIANTS), *self.place.key_parts)

    @property
    def seconds(self) -> float:
        """By the number of recordings, tested and chosen by."""
        split = self.place.split
        tested = len(self.place.readings()) * len({span.entry for span in split.test})
        return READING_SECONDS * (tested + len(VARIANTS) * len(untested(split)))

    def measure(self, root: Path, runs: Path) -> Result:
        """Chooses on recordings as they are, also where those of the test part are noisy.

        Raises:
            DatasetError: a recording is missing.
            NotApplicable: there is nothing to choose by.
        """
        root = at_hand(root, self.place.dataset, runs)
        variant = chosen(self.place.split, root)
        reached = [self._read(variant, root, snr_db, altered) for snr_db, altered in self.place.readings()]
        return self.place.raw(reached, variant=variant)

    def _read(self, variant: Variant, root: Path, snr_db: float | None, altered: Altered) -> Reached:
        spans = _whole_spans(self.place.split)
        recordings = zip(spans, read(spans, root), strict=True)
        return of_rule([(span.entry, evidence(variant, altered(each, span))) for span, each in recordings], snr_db)


def _whole_spans(split: Split) -> tuple[Span, ...]:
    """One span a recording: where windows were shuffled, the rule reads the whole, since a tenth may hold no window.

    It then holds what the variant was chosen by; that protocol keeps nothing apart anyway.
    """
    spans = {span.entry: span for span in split.test}
    shuffled = len(spans) < len(split.test)
    return tuple(Span(entry) if shuffled else span for entry, span in spans.items())
