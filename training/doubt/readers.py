"""Who names a fault when a question is wrong: the envelope rule, or a shipped bundle; one line each in `READERS`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from data.character import character
from data.errors import NotApplicable
from data.fault import Fault
from data.recording import Recording
from models.bundle import PRETRAINED, Bundle, versions
from models.envelope_rule import EnvelopeRule
from models.shaft_speed import ShaftSpeed


class Reader(Protocol):
    """Names the fault of a recording as it is asked: with its speed and its bearing, right or wrong."""

    @property
    def version(self) -> str:
        """Changes with what the reader would say."""
        ...

    def read(self, recording: Recording) -> Fault | None:
        """The fault, `normal` where nothing is found, None where nothing is said."""
        ...


class Rule:
    """The envelope rule as it is shipped."""

    version = EnvelopeRule().model_dump_json()

    def read(self, recording: Recording) -> Fault | None:
        """The fault that the rule names; None where it does not apply."""
        try:
            return EnvelopeRule().read(recording).fault
        except NotApplicable:
            return None


@dataclass(frozen=True)
class OfBundle:
    """The newest shipped bundle of a name; what its unknown-check does not let pass names no fault where `checked`."""

    name: str
    checked: bool = False

    @property
    def version(self) -> str:
        """The bundle's own."""
        return self._bundle.identity

    def read(self, recording: Recording) -> Fault | None:
        """The fault that it names, `normal` for none; None where the front end does not apply."""
        manifest = self._bundle.manifest
        try:
            values = manifest.front_end.windows(recording).values
        except NotApplicable:
            return None
        of_recording = replace(character(recording), shaft_lead=ShaftSpeed().lead(recording))
        _, found = self._bundle.conclude(values, of_recording)
        if self.checked and not found.known:
            return Fault.NORMAL
        return manifest.faults[int(found.probabilities.argmax())]

    @cached_property
    def _bundle(self) -> Bundle:
        return Bundle.load(versions(PRETRAINED / self.name)[0])


READERS: Mapping[str, Reader] = {"envelope rule": Rule(), "aligned": OfBundle("aligned", checked=True)}
