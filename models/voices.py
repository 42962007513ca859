"""Three voices on one recording, and what they say together: the network, the evidence at the orders, the change.

None is mixed into another: each is given as it was heard, and which row of `TABLE` joined them. What the rows rest on,
and what they were measured to do: docs/decisions/three-voices.md, docs/voices.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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
        usual: faults whose lines this machine's healthy recordings showed too, as the change knows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    voice: Voice
    says: Says
    fault: Fault | None = None
    why: str
    strength: float | None = None
    usual: tuple[Fault, ...] = ()


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


RAISED, QUIET = frozenset({"raised"}), frozenset({"quiet"})
SILENT = frozenset({"silent"})
NOT_RAISED, ANY = QUIET | SILENT, QUIET | SILENT | RAISED


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        rule: its name.
        network, evidence, change: what each may say.
        level: what it comes to.
        advice: what to do next; `{part}`: what is thought to be damaged, `{when}`: how soon.
        agree: whether network and evidence name the same fault; None: either.
        usual: whether the machine sounds as when it was commissioned, and showed the lines of all that is named even
            then; None: either.
    """

    rule: str
    network: frozenset[str]
    evidence: frozenset[str]
    change: frozenset[str]
    level: Level
    advice: str
    agree: bool | None = None
    usual: bool | None = None

    def fits(self, network: Heard, evidence: Heard, change: Heard) -> bool:
        """Whether this is what they say."""
        named = {each.fault for each in (network, evidence) if each.says == "raised"}
        usual = bool(named) and change.says == "quiet" and named <= set(change.usual)
        return (
            network.says in self.network
            and evidence.says in self.evidence
            and change.says in self.change
            and self.agree in (None, network.fault is evidence.fault)
            and self.usual in (None, usual)
        )


_REPLACE = "open the bearing {when}, and replace it if the damage is seen"
_ALONE = "measure again {when}, longer and at a steady speed; if it is found again, plan to open the bearing"

TABLE: tuple[Row, ...] = (
    Row(
        "nothing can be said", SILENT, SILENT, SILENT, "no_verdict",
        "Nothing can be said of this recording: give speed and bearing, record 3 s or more, commission the machine.",
    ),
    Row(
        "as when commissioned", ANY, ANY, QUIET, "watch",
        "Signs of damage to {part} were there when the machine was commissioned as healthy, and have not grown: have "
        "the bearing looked at once, at the next planned stop.",
        usual=True,
    ),
    Row(
        "network and evidence agree", RAISED, RAISED, ANY, "alarm",
        "Network and evidence both find damage to {part}: " + _REPLACE + ".",
        agree=True,
    ),
    Row(
        "network and evidence disagree", RAISED, RAISED, ANY, "alarm",
        "Network and evidence both find damage, but name different parts: check the bearing's designation and the "
        "speed, then open the bearing {when}.",
        agree=False,
    ),
    Row(
        "network and change", RAISED, NOT_RAISED, RAISED, "alarm",
        "The network finds damage to {part}, and the machine has changed: " + _REPLACE + ".",
    ),
    Row(
        "evidence and change", NOT_RAISED, RAISED, RAISED, "alarm",
        "Lines of damage to {part} are there, and the machine has changed: " + _REPLACE + ".",
    ),
    Row(
        "network alone", RAISED, NOT_RAISED, NOT_RAISED, "alarm",
        "The network alone finds damage to {part}: " + _ALONE + ".",
    ),
    Row(
        "evidence alone", NOT_RAISED, RAISED, NOT_RAISED, "alarm",
        "Lines of damage to {part} are there, and nothing else speaks of it: " + _ALONE + ".",
    ),
    Row(
        "change alone", NOT_RAISED, NOT_RAISED, RAISED, "watch",
        "The machine has changed, but no bearing fault is found: compare speed and load with those at commissioning, "
        "check lubrication, fastening and sensor, and measure again {when}.",
    ),
    Row(
        "quiet", NOT_RAISED, NOT_RAISED, NOT_RAISED, "quiet",
        "Nothing is found, which does not prove the bearing healthy: measure again at the usual interval.",
    ),
)  # fmt: skip
"""The first row that fits decides."""

SEVERITIES: tuple[Severity, ...] = ("none", "low", "medium", "high")
OF_ZONE: dict[Zone, Severity] = {"A": "none", "B": "none", "C": "medium", "D": "high"}
GROWN: tuple[tuple[float, Severity], ...] = ((4.0, "high"), (2.0, "medium"))
"""Value over limit, from which a change is that severe."""
WHEN: dict[Severity, str] = {
    "none": "at the usual interval",
    "low": "within a week",
    "medium": "at the next planned stop, within days",
    "high": "as soon as the machine can be stopped",
}


def combine(network: Heard, evidence: Heard, change: Heard, zone: Zone | None = None) -> Combined:
    """What the voices say together.

    Args:
        network, evidence, change: as they were heard.
        zone: of ISO 20816-3, where it is known: it makes the severity, never the level.

    Raises:
        ValueError: a voice stands in the place of another.
    """
    voices = (network, evidence, change)
    if tuple(each.voice for each in voices) != ("network", "evidence", "change"):
        raise ValueError(f"network, evidence and change are wanted, not {', '.join(each.voice for each in voices)}")
    row = next(row for row in TABLE if row.fits(*voices))
    named = {each.fault for each in (network, evidence) if each.says == "raised"}
    fault = named.pop() if len(named) == 1 else None
    severity = _severity(voices, zone)
    advice = row.advice.format(part=PARTS.get(fault, "the bearing") if fault else "the bearing", when=WHEN[severity])
    if OF_ZONE.get(zone or "A") != "none":
        advice += f" Its vibration lies in zone {zone} of ISO 20816-3: find out why, whatever the bearing."
    return Combined(level=row.level, fault=fault, rule=row.rule, voices=voices, severity=severity, advice=advice)


def _severity(voices: Sequence[Heard], zone: Zone | None) -> Severity:
    """The worst of three readings of how bad it is."""
    change = voices[-1]
    grown = change.strength if change.says == "raised" and change.strength is not None else 0.0
    of_growth = next((severity for ratio, severity in GROWN if grown >= ratio), SEVERITIES[0])
    of_voices = SEVERITIES[sum(each.says == "raised" for each in voices)]
    return max((OF_ZONE[zone or "A"], of_growth, of_voices), key=SEVERITIES.index)


def network_voice(found: Conclusion, faults: Sequence[Fault]) -> Heard:
    """The network's, from what it concluded on a recording; `faults` are those of its outputs, in order."""
    if not found.known:
        farthest = max(found.distances, key=found.distances.__getitem__)
        return silent("network", f"the recording is unlike what was learned ({farthest})")
    return network_found(faults[int(found.probabilities.argmax())], found.confidence)


def network_found(fault: Fault, confidence: float) -> Heard:
    """The network's, of a recording that is like what was learned."""
    if fault is Fault.NORMAL:
        return Heard(voice="network", says="quiet", why="nothing found", strength=confidence)
    why = f"{PARTS[fault]}, confidence {confidence:.0%}"
    return Heard(voice="network", says="raised", fault=fault, why=why, strength=confidence)


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
        return Heard(voice="change", says="quiet", why=why, usual=found.usual)
    name, ratio = next(iter(found.exceeded.items()))
    why = f"{name} {found.growth_db:.1f} dB over the healthy mean, {ratio:.2g} times its limit"
    return Heard(voice="change", says="raised", why=why, strength=ratio, usual=found.usual)


def silent(voice: Voice, why: str) -> Heard:
    """A voice that cannot speak, and why."""
    return Heard(voice=voice, says="silent", why=why)
