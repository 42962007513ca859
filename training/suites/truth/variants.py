"""Variants of the envelope rule, and which of them a split's own recordings choose: the rule trains on nothing.

Sixteen in all, set down with the figures of the shipped one in view, before any other was read here. The threshold goes
down alone: healthy recordings hardly ever reach the shipped one (`models.envelope_rule.THRESHOLD`).
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Literal

from pydantic import BaseModel, ConfigDict

from data.datasets.entry import Entry
from data.envelope_spectrum import EnvelopeLines
from data.errors import NotApplicable
from data.fault import Fault
from data.protocols import Span, Split
from data.recording import Recording
from models.envelope_rule import THRESHOLD, EnvelopeRule, Evidence
from training.spans import read

KEPT = 4096
CHOOSING = 1
"""Counts up when the way of choosing changes."""


class Variant(BaseModel):
    """What differs between variants; the fields are those of `EnvelopeRule`, `whitened` its two whitenings or none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    across: Literal["mean", "max"]
    harmonics: int
    whitened: bool
    threshold: float

    @property
    def rule(self) -> EnvelopeRule:
        """The rule so varied, all else as shipped."""
        rule = EnvelopeRule(across=self.across, harmonics=self.harmonics, threshold=self.threshold)
        return rule if self.whitened else rule.model_copy(update={"whitenings": ()})

    @property
    def title(self) -> str:
        """`max, 5 harmonics, whitened, z > 4`."""
        whitened = "whitened" if self.whitened else "bands alone"
        return f"{self.across}, {self.harmonics} harmonics, {whitened}, z > {self.threshold:g}"

    def differences(self, other: "Variant") -> int:
        """How many fields differ."""
        return sum(getattr(self, field) != getattr(other, field) for field in Variant.model_fields)


SHIPPED = Variant(across="max", harmonics=5, whitened=True, threshold=THRESHOLD)

VARIANTS: tuple[Variant, ...] = tuple(
    sorted(
        (
            Variant(across=across, harmonics=harmonics, whitened=whitened, threshold=threshold)
            for across, harmonics, whitened, threshold in product(
                ("max", "mean"), (5, 3), (True, False), (THRESHOLD, 3.0)
            )
        ),
        key=SHIPPED.differences,
    )
)
"""The shipped one first, then those that differ from it in one field (the threshold first), in two, and so on."""


def chosen(split: Split, root: Path) -> Variant:
    """The variant that reads most of the split's learning and validation recordings right, each state counting alike.

    Of equals the first in `VARIANTS`. A recording that cannot be read, being too short, is right for none.

    Raises:
        NotApplicable: not one of these recordings can be read, having no speed or bearing or being too short.
    """
    spans = untested(split)
    heard = [(span.entry.fault, recording) for span, recording in zip(spans, read(spans, root), strict=True)]
    if all(_said(SHIPPED, recording) is None for _, recording in heard):
        raise NotApplicable(f"split '{split.name}' has no recording by which a variant of the rule can be chosen")
    return max(VARIANTS, key=lambda variant: _score(variant, heard))


def untested(split: Split) -> tuple[Span, ...]:
    """One span for each recording that learns or validates: the longest between such parts that holds nothing tested.

    The rule needs whole windows; cut to what networks learn from, many recordings would be too short for one.
    """
    parts: dict[Entry, list[Span]] = {}
    for span in (*split.train, *split.validation):
        parts.setdefault(span.entry, []).append(span)
    return tuple(
        _longest(spans, [test for test in split.test if test.entry == entry]) for entry, spans in parts.items()
    )


@lru_cache(maxsize=KEPT)
def evidence(variant: Variant, recording: Recording) -> Evidence:
    """As `EnvelopeRule.read`, kept; variants that differ in the join or the threshold share the recording's lines."""
    lines = _lines(variant.model_copy(update={"across": SHIPPED.across, "threshold": THRESHOLD}), recording)
    assert recording.orders is not None
    assert recording.speed_rpm is not None
    return variant.rule.judge(lines, recording.orders, recording.speed_rpm)


@lru_cache(maxsize=KEPT)
def _lines(variant: Variant, recording: Recording) -> EnvelopeLines:
    return variant.rule.lines(recording)


def _score(variant: Variant, heard: Iterable[tuple[Fault, Recording]]) -> Fraction:
    """The mean over states of the share of recordings read right; exact, so that ties are ties."""
    right: dict[Fault, list[bool]] = {}
    for fault, recording in heard:
        right.setdefault(fault, []).append(_said(variant, recording) is fault)
    return mean(Fraction(sum(each), len(each)) for each in right.values())


def _said(variant: Variant, recording: Recording) -> Fault | None:
    try:
        return evidence(variant, recording).fault
    except NotApplicable:
        return None


def _longest(spans: Sequence[Span], tested: Sequence[Span]) -> Span:
    between = [Span(a.entry, a.start, b.stop) for a, b in product(spans, spans) if a.start < b.stop]
    free = [span for span in between if not any(span.overlaps(test) for test in tested)]
    return max(free, key=lambda span: span.stop - span.start)
