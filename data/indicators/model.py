"""What the indicators of one recording are: numbers by name, and why some of them are not there."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

Zone = Literal["A", "B", "C", "D"]


class Indicators(BaseModel):
    """The condition indicators of a recording. No name stands in both `values` and `missing`.

    Attributes:
        values: by name, which ends in the unit where there is one (docs/indicators.md says what each is).
        missing: those that this recording cannot give, and why.
        notes: what to keep in mind with a value that is there.
        zone: of ISO 20816-3, where the machine's class was given and the velocity is known; else `missing` says why.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: dict[str, FiniteFloat]
    missing: dict[str, str] = {}
    notes: dict[str, str] = {}
    zone: Zone | None = None
