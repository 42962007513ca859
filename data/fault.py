"""The four states of a rolling bearing that Brinell tells apart, in the order of the networks' logits."""

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a bearing; `rolling_element` covers balls and rollers alike."""

    NORMAL = "normal"
    INNER_RACE = "inner_race"
    OUTER_RACE = "outer_race"
    ROLLING_ELEMENT = "rolling_element"


FAULTS: tuple[Fault, ...] = tuple(Fault)
