"""Does the given bearing fit? Asked of the lines in the envelope spectrum, without any label.

A damaged bearing leaves lines at orders of its own. Where the envelope rule finds them at the given bearing's, it fits.
Where it finds none there, but strong ones at the orders of the same bearing with another number of rolling elements (a
slip of the pen, or a bearing of another make), the given one does not. A healthy bearing leaves no lines and fits
nothing: then nothing can be told. One line alone fits several bearings (the inner race of one, the outer race of
another), so every number that explains the lines about as well as the best is named.

Ranking geometries by the envelope rule's largest z is our own; the thresholds were chosen on simulated recordings and
two healthy ones of MFPT's training part (docs/decisions/speed-and-bearing-in-doubt.md).
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from data.envelope_spectrum import EnvelopeLines
from data.errors import NotApplicable
from data.fault import Fault
from data.geometry import CharacteristicOrders
from models.envelope_rule import EnvelopeRule, Evidence

NUMBERS = range(7, 17)
# A bearing's lines may not be taken for the shaft's: an order this near to a whole number names nothing.
WHOLE_ORDER = 0.02
# Two orders this near (relative) may be one line, or its harmonics.
SAME_LINE = 0.01


class Fit(StrEnum):
    """Whether the lines are the given bearing's."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    CANNOT_TELL = "cannot_tell"


class BetterBearing(BaseModel):
    """The given bearing with another number of rolling elements, which the lines fit better.

    Attributes:
        rolling_elements: that number.
        fault: whose lines they would be.
        order: at which they stand, per revolution.
        z: the envelope rule's, there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rolling_elements: int
    fault: Fault
    order: float
    z: float


class BearingFit(BaseModel):
    """What the lines say about the given bearing.

    Attributes:
        fit: whether they are its own.
        z: the largest z over its faults.
        better: numbers of rolling elements that fit, the best first; empty unless the given bearing does not fit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fit: Fit
    z: float
    better: tuple[BetterBearing, ...] = ()


class BearingCheck(BaseModel):
    """The check and its parameters.

    Attributes:
        own: the z from which the given bearing's own lines are there.
        own_faint: the z under which they are not.
        foreign: the z that another number must reach before the given bearing is doubted.
        seen: the z from which, once it is doubted, a number is among those that may fit better.
        fundamental: share of an overtone's z from which what it is an overtone of stands for it.
        near_best: share of the best number's z from which another number is named beside it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    own: float = 5.0
    own_faint: float = 3.0
    foreign: float = 8.0
    seen: float = 6.0
    fundamental: float = 0.6
    near_best: float = 0.7

    def judge(
        self, rule: EnvelopeRule, lines: EnvelopeLines, orders: CharacteristicOrders, given: Evidence
    ) -> BearingFit:
        """Holds the lines against the given bearing, and where it fits badly against others.

        Args:
            rule: that made `lines` and `given`.
            lines: of the recording.
            orders: of the given bearing.
            given: the rule's evidence for it.
        """
        z = max(given.z.values())
        if z >= self.own:
            return BearingFit(fit=Fit.FITS, z=z)
        if z >= self.own_faint:
            return BearingFit(fit=Fit.CANNOT_TELL, z=z)
        found = [other for number in NUMBERS if (other := _read(rule, lines, orders, number, given)) is not None]
        if max((other.z for other in found), default=0.0) < self.foreign:
            return BearingFit(fit=Fit.CANNOT_TELL, z=z)
        seen = self._fundamental([other for other in found if other.z >= self.seen])
        seen.sort(key=lambda other: -other.z)
        named = tuple(other for other in seen if other.z >= self.near_best * seen[0].z)
        return BearingFit(fit=Fit.DOES_NOT_FIT, z=z, better=named)

    def _fundamental(self, found: list[BetterBearing]) -> list[BetterBearing]:
        """Without those that see only every second or third harmonic of what another sees whole."""

        def overtone(one: BetterBearing, other: BetterBearing) -> bool:
            ratio = one.order / other.order
            multiple = ratio > 1.5 and abs(ratio / round(ratio) - 1) < SAME_LINE
            return multiple and other.z >= self.fundamental * one.z

        return [one for one in found if not any(overtone(one, other) for other in found)]


def rolling_elements(orders: CharacteristicOrders) -> int:
    """Their number: inner and outer race's orders add up to it.

    >>> from data.geometry import Geometry
    >>> rolling_elements(Geometry(9, 0.2).orders())
    9
    """
    return round(orders.bpfo + orders.bpfi)


def with_elements(orders: CharacteristicOrders, number: int) -> CharacteristicOrders:
    """The orders of the same bearing with another number of rolling elements: those of the races change."""
    scale = number / rolling_elements(orders)
    return CharacteristicOrders(bpfo=orders.bpfo * scale, bpfi=orders.bpfi * scale, bsf=orders.bsf, ftf=orders.ftf)


def _read(
    rule: EnvelopeRule, lines: EnvelopeLines, orders: CharacteristicOrders, number: int, given: Evidence
) -> BetterBearing | None:
    """What the rule reads with another number of rolling elements, where that is a race's line and no shaft's."""
    if number == rolling_elements(orders):
        return None
    try:
        evidence = rule.judge(lines, with_elements(orders, number), given.speed_used_rpm)
    except NotApplicable:
        return None
    fault = evidence.forced
    order = evidence.candidates[fault].matched_order
    # The rolling element's order does not change with their number: its line speaks for no other bearing.
    if fault is Fault.ROLLING_ELEMENT or abs(order - round(order)) <= WHOLE_ORDER:
        return None
    return BetterBearing(rolling_elements=number, fault=fault, order=round(order, 3), z=round(evidence.z[fault], 2))
