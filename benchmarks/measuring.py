"""All parts of the bench, one after the other; one that fails is told, and the rest goes on."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks import asker, kit, lengths, windows
from benchmarks.bytes_to_diagnosis import diagnosis
from benchmarks.effort import QUICK, WHOLE, Effort
from benchmarks.entries import COMPETITORS, TRAINED, Entry
from benchmarks.epoch import training
from benchmarks.kit import Kit
from benchmarks.limits import limits
from benchmarks.machine import machine
from benchmarks.race import race
from benchmarks.results import Growth, Lengths, Results
from benchmarks.service_cost import service
from benchmarks.windows import Work
from data.errors import BrinellError
from data.home import data_root
from models.bundle import PRETRAINED, Bundle
from service.registry import NoSuchBundle, Registry

BUNDLE = "order"
Part = TypeVar("Part")


class NothingChosen(BrinellError):
    """`--only` names nothing."""


def measure(data: Path | None, only: str | None, rounds: int | None, quick: bool) -> Results:
    """Everything whose name holds `only`, on the shipped bundle `order`.

    Raises:
        NothingChosen: no name does.
        NoSuchBundle: it is not whole, or not right on this processor.
    """
    effort = QUICK if quick else WHOLE
    effort = effort if rounds is None else replace(effort, rounds=rounds)
    with progress() as bar, tempfile.TemporaryDirectory() as scratch:
        bench = _Bench(data or data_root(), Path(scratch), effort, only or "", bar)
        return bench.results(quick)


@dataclass
class _Bench:
    root: Path
    scratch: Path
    effort: Effort
    only: str
    bar: Progress

    def results(self, quick: bool) -> Results:
        effort, bar = self.effort, self.bar
        entered, trained = self._chosen("race", COMPETITORS), self._chosen("training", TRAINED)
        found = Results(
            machine=machine(),
            bundle=self.bundle.identity,
            source=self.work.source,
            rounds=effort.rounds,
            quick=quick,
            race=self._made("race", lambda: race(self.kit, entered, effort, bar)) if entered else None,
            training=self._made("training", lambda: training(self.kit, trained, effort, bar)) if trained else None,
            diagnosis=self._if("diagnosis", lambda: diagnosis(*self.recording, effort, bar)),
            lengths=self._lengths(),
            limits=self._if("limits", lambda: limits(self.bundle.manifest, effort, bar)),
            service=self._if("service", lambda: service(effort, bar)),
        )
        if not any((found.race, found.training, found.diagnosis, found.lengths, found.limits, found.service)):
            raise NothingChosen(f"nothing was measured; {self.only!r} names what --help lists")
        return found

    @cached_property
    def bundle(self) -> Bundle:
        """The one that the service would answer with."""
        return shipped()

    @cached_property
    def work(self) -> Work:
        """The windows."""
        found = windows.work(self.bundle, self.root, self.effort.windows)
        if found.source == windows.SIMULATED:
            self.bar.console.print(f"no recordings under {self.root}: simulated ones are read")
        return found

    @cached_property
    def kit(self) -> Kit:
        """What competitors load."""
        self.bar.console.print("exporting what competitors load")
        return kit.make(self.bundle, self.work, self.scratch)

    @cached_property
    def recording(self) -> tuple[Path, str]:
        """The recording's file, and where it is from."""
        found, file = windows.recording(self.root), self.scratch / "recording.npz"
        asker.write(found, file)
        return file, found.source or windows.SIMULATED

    def _lengths(self) -> Lengths | None:
        def grown(name: str, how: Callable[[Path, Effort, Progress], Growth]) -> Growth | None:
            return self._if(f"lengths/{name}", lambda: how(self.recording[0], self.effort, self.bar))

        found = Lengths(recording=grown("recording", lengths.of_recording), windows=grown("windows", lengths.of_call))
        return found if found.recording or found.windows else None

    def _chosen(self, part: str, entries: Sequence[Entry]) -> list[Entry]:
        """Those whose name holds the text, and with them the first: it is what the others are compared with."""
        found = [each for each in entries if self.only in f"{part}/{each.name}"]
        return list(dict.fromkeys((entries[0], *found))) if found else []

    def _if(self, name: str, make: Callable[[], Part]) -> Part | None:
        return self._made(name, make) if self.only in name else None

    def _made(self, name: str, make: Callable[[], Part]) -> Part | None:
        try:
            return make()
        except BrinellError as error:
            self.bar.console.print(f"{name}: not run: {error}")
            return None


def shipped() -> Bundle:
    """The version of `order` that the service would answer with.

    Raises:
        NoSuchBundle: none is whole, or right on this processor.
    """
    registry = Registry.load(PRETRAINED)
    if BUNDLE not in registry.bundles:
        raise NoSuchBundle(f"no version of {BUNDLE} under {PRETRAINED} is whole and right on this processor")
    return registry.bundles[BUNDLE]


def progress() -> Progress:
    """Bars of what is done and what is left."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn())
