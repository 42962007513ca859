"""Three voices on one recording, and what they say together: the network, the evidence at the orders, the change.

None is mixed into another: each is given as it was heard, and which row of `TABLE` joined them. What the rows rest on,
and what they were measured to do: docs/decisions/three-voices.md, docs/voices.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from data.fault import Fault
from data.indicators import Zone
from models.baseline import Change
from models.bearing_fit import BearingFit, Fit
from models.envelope_rule import Evidence
from models.verdict import Conclusion

Voice = Literal["network", "evidence", "change"]
Says = Literal["quiet", "raised", "silent"]
Level = Literal["quiet", "watch", "alarm", "no_verdict"]
Severity = Literal["none", "low", "medium", "high"]

PARTS = {
    Fault.INNER_RACE: "inner race",
    Fault.OUTER_RACE: "outer race",
    Fault.ROLLING_ELEMENT: "a rolling element",
}


class Heard(BaseModel):
    """What one voice says.

    Attributes:
        voice: whose.
        says: `silent` where it cannot speak: no speed, no bearing, no baseline, a sound it does not know.
        fault: what it names; None where it names none.
        why: in a few words.
        strength: how much, where it speaks: confidence of the network, z of the evidence, value over limit of the
            change.
        provisional: it speaks from a provisional baseline, whose "as ever" vouches for nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    voice: Voice
    says: Says
    fault: Fault | None = None
    why: str
    strength: float | None = None
    provisional: bool = False


class Combined(BaseModel):
    """What the voices say together.

    Attributes:
        level: `quiet`, `watch` (measure again soon), `alarm` (plan to act), `no_verdict` (nothing can be said).
        fault: named by the voices that found one, where they agree.
        rule: the row of `TABLE`.
        voices: as they were heard.
        severity: the worst of zone, growth over the limit and number of voices.
        advice: one plain sentence: what to do next.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Level
    fault: Fault | None
    rule: str
    voices: tuple[Heard, ...]
    severity: Severity
    advice: str


RAISED, QUIET, SILENT = frozenset({"raised"}), frozenset({"quiet"}), frozenset({"silent"})
NOT_RAISED, ANY = QUIET | SILENT, QUIET | SILENT | RAISED


@dataclass(frozen=True)
class Row:
    """One line of the table; the first that fits decides.

    Attributes:
        rule: its name.
        network, evidence, change: what each may say.
        agree: whether network and evidence name the same fault; None: either.
        vouched: the change is quiet and firm: the machine has sounded so since it was commissioned; None: either.
        level: what it comes to.
        advice: what to do next; `{part}` is what is thought to be damaged, `{when}` how soon.
    """

    rule: str
    network: frozenset[str]
    evidence: frozenset[str]
    change: frozenset[str]
    level: Level
    advice: str
    agree: bool | None = None
    vouched: bool | None = None

    def fits(self, network: Heard, evidence: Heard, change: Heard) -> bool:
        """Whether this is what they say."""
        agree = network.fault is evidence.fault
        vouched = change.says == "quiet" and not change.provisional
        return (
            network.says in self.network
            and evidence.says in self.evidence
            and change.says in self.change
            and self.agree in (None, agree)
            and self.vouched in (None, vouched)
        )


def network_voice(found: Conclusion, faults: Sequence[Fault]) -> Heard:
    """The network's, from what it concluded on a recording; `faults` are those of its outputs, in order."""
    if not found.known:
        farthest = max(found.distances, key=found.distances.__getitem__)
        return silent("network", f"the recording is unlike what was learned ({farthest})")
    fault = faults[int(found.probabilities.argmax())]
    if fault is Fault.NORMAL:
        return Heard(voice="network", says="quiet", why="nothing found", strength=found.confidence)
    why = f"{PARTS[fault]}, confidence {found.confidence:.0%}"
    return Heard(voice="network", says="raised", fault=fault, why=why, strength=found.confidence)


def evidence_voice(found: Evidence, fit: BearingFit | None = None) -> Heard:
    """That of the lines at the bearing's orders; strong ones at those of the same bearing with another number of
    rolling elements are heard too, since a healthy bearing leaves none anywhere.
    """
    z = max(found.z.values())
    if found.fault is not Fault.NORMAL:
        why = f"lines of {PARTS[found.fault]}, z {z:.1f}"
        return Heard(voice="evidence", says="raised", fault=found.fault, why=why, strength=z)
    if fit is not None and fit.fit is Fit.DOES_NOT_FIT:
        best = fit.better[0]
        why = f"lines of {PARTS[best.fault]}, z {best.z:.1f}, if the bearing had {best.rolling_elements} elements"
        return Heard(voice="evidence", says="raised", fault=best.fault, why=why, strength=best.z)
    return Heard(voice="evidence", says="quiet", why=f"no lines at the orders, largest z {z:.1f}", strength=z)


def change_voice(found: Change) -> Heard:
    """That of this machine's own healthy state."""
    if not found.raised:
        why = f"as in its {found.n} healthy recordings"
        return Heard(voice="change", says="quiet", why=why, strength=0.0, provisional=found.provisional)
    name, ratio = next(iter(found.exceeded.items()))
    why = f"{name} {found.growth_db:.1f} dB over the healthy mean, {ratio:.2g} times its limit"
    return Heard(voice="change", says="raised", why=why, strength=ratio, provisional=found.provisional)


def silent(voice: Voice, why: str) -> Heard:
    """A voice that cannot speak, and why."""
    return Heard(voice=voice, says="silent", why=why)
