"""What is usual for one machine: limits from its own healthy recordings, and how far a new recording lies beyond them.

A machine's level, and how much it varies, are its own; no limit from a book knows either. So each indicator is counted
in spreads s over the mean m of this machine's n healthy recordings, in dB, and a recording's deviation is that of the
indicator that has grown most:

    d(x) = max_j (x_j - m_j) / s_j        s_j^2 = ((n - 1) var_j + K P^2) / (n - 1 + K)

One number, so that twenty indicators are not tested twenty times. The spread leans on a prior P = 2 dB, worth K = 4
recordings, since that of two recordings says nothing. Every healthy recording is judged in the same way by all others,
and a new one has changed where its deviation exceeds theirs, and is 3 at least. Were they exchangeable, a healthy one
would do so once in n + 1 times: no smaller rate can be promised, however the limit is set. For limits from left-out
residuals: R. F. Barber et al., "Predictive inference with the jackknife+", Ann. Statist. 49 (2021); the plain jackknife
is used here, so that a limit is one number; the rate is held by simulation (tests/models/test_baseline.py).
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, FiniteFloat

from data.errors import NotApplicable
from data.fault import Fault
from data.indicators import Indicators
from models.envelope_rule import CANDIDATES, THRESHOLD
from models.speed_range import BEYOND, SpeedRange, distance, parted, spanned, told, told_speed

Array = NDArray[np.float64]
Healthy = tuple[Indicators, float | None]
"""A healthy recording's indicators, and its speed in rpm where it is known."""

PRIOR_DB = 2.0
PRIOR_RECORDINGS = 4
SIGNIFICANT = 3.0
"""Spreads. With two recordings alike it takes 5.4 dB, nearly a doubling; with many, three times their own spread."""

RATE = 0.01
"""Of false alarms, where there are so many healthy recordings that it can be had: the farthest hundredth is let go."""

FIRM = 19
"""From as many healthy recordings on the rate is 5 % or less; under that a baseline is provisional."""

AMPLITUDE, POWER, IN_DB = 20.0, 10.0, 0.0
"""What times the logarithm makes dB of an indicator; 0: it is in dB."""
WATCHED = {
    "velocity_rms": AMPLITUDE,
    "acceleration_rms": AMPLITUDE,
    "peak": AMPLITUDE,
    "crest_factor": AMPLITUDE,
    "kurtosis": POWER,
    "envelope_rms": AMPLITUDE,
    "band_rms": AMPLITUDE,
    "evidence_db": IN_DB,
    "sidebands_db": IN_DB,
}
"""The indicators that only a growth of is bad, by how their names begin. What is no measure of damage is not watched:
the speed, how the bearing fits; nor z, which is the evidence in dB counted in something that varies by itself."""
LOWEST_VALUE = 1e-9
EVIDENCE = "evidence_z_"
"""How the indicators begin by which it is told whether a recording that is called healthy looks so."""
BAD_ZONES = ("C", "D")


class Change(BaseModel):
    """How a recording differs from this machine's healthy ones.

    Attributes:
        score: share of recordings, this one among them, that lie as far from the others as it does: a p-value.
        raised: it lies beyond the limits.
        exceeded: value over limit, by indicator, where that is over 1; first what has grown most.
        deviation: of the indicator that has grown most, in spreads.
        growth_db: of the same indicator, over its healthy mean.
        lowest_rate: of false alarms that n recordings can promise.
        provisional: fewer than `FIRM` healthy recordings, or pieces of one.
        n: healthy recordings in this speed range.
        speed_range: of their speeds.
        usual: faults whose lines the healthy recordings show too: half of them reach the envelope rule's threshold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    score: float
    raised: bool
    exceeded: dict[str, float]
    deviation: float
    growth_db: float
    lowest_rate: float
    provisional: bool
    n: int
    speed_range: SpeedRange
    usual: tuple[Fault, ...] = ()


class HealthyRecording(BaseModel):
    """What is kept of a recording that the machine was commissioned on: `speed_rpm` is None where it was not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: dict[str, FiniteFloat]
    speed_rpm: float | None


class Baseline(BaseModel):
    """A machine's healthy state. It is never changed: what extends it is another one, which names it.

    Attributes:
        healthy: what it was learned from.
        pieces: they were cut from one recording: not independent, so that no rate can be promised at all.
        version: counts from 1.
        parent: the `identity` of the baseline that this one extends.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    healthy: tuple[HealthyRecording, ...]
    pieces: bool = False
    version: int = 1
    parent: str | None = None

    @classmethod
    def learn(cls, healthy: Sequence[Healthy], pieces: bool = False) -> Self:
        """The first baseline of a machine.

        Raises:
            NotApplicable: no recording, or one without any indicator that is watched.
        """
        return cls(healthy=_kept(healthy), pieces=pieces)

    def extended(self, healthy: Sequence[Healthy]) -> Self:
        """A new baseline, with more healthy recordings; this one is its parent. Raises as `learn`."""
        return self.model_copy(
            update={
                "healthy": (*self.healthy, *_kept(healthy)),
                "version": self.version + 1,
                "parent": self.identity,
            }
        )

    @property
    def identity(self) -> str:
        """Sixteen hexadecimal digits of all that it holds."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @cached_property
    def speed_ranges(self) -> tuple[SpeedRange, ...]:
        """The slowest first."""
        return tuple(_speeds(part) for part in self._parts)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What to keep in mind with it."""
        found = [
            f"{told(_speeds(part))}: {len(part)} healthy recording{'s' * (len(part) > 1)}, so no rate of false alarms "
            f"under 1 in {len(part) + 1} can be promised; the limits are provisional until there are {FIRM}"
            for part in self._parts
            if len(part) < FIRM
        ]
        if self.pieces:
            found.append(
                "pieces of one recording are not independent: they do not show how the machine varies from day to day, "
                "and no rate can be promised"
            )
        return tuple(found)

    def limits(self, speed_rpm: float | None) -> dict[str, float]:
        """What each indicator may reach by itself at a speed, in its own unit.

        Raises:
            NotApplicable: no healthy recording was made at such a speed.
        """
        part = self._part(speed_rpm)
        names = _common(part)
        usual = _usual(_table(part, names))
        return dict(zip(names, _values(names, usual.mean + usual.limit * usual.spread), strict=True))

    def change(self, found: Indicators, speed_rpm: float | None) -> Change:
        """Holds a recording against the healthy ones of its speed range.

        Raises:
            NotApplicable: none was made at such a speed, or they have no indicator in common.
        """
        part = self._part(speed_rpm)
        names = tuple(name for name in _common(part) if name in found.values)
        if not names:
            raise NotApplicable("none of the indicators of the healthy recordings can be had of this one")
        usual = _usual(_table(part, names))
        levels = _decibels(names, [found.values[name] for name in names])
        deviations = (levels - usual.mean) / usual.spread
        farthest = int(deviations.argmax())
        raised = bool(deviations[farthest] > usual.limit)
        beyond = levels - usual.mean - usual.limit * usual.spread
        exceeded = {names[at]: _ratio(names[at], beyond[at]) for at in np.argsort(-deviations) if beyond[at] > 0}
        return Change(
            score=float(1 + (usual.healthy >= deviations[farthest]).sum()) / (len(part) + 1),
            raised=raised,
            exceeded=exceeded,
            deviation=float(deviations[farthest]),
            growth_db=float(levels[farthest] - usual.mean[farthest]),
            lowest_rate=1 / (len(part) + 1),
            provisional=self.pieces or len(part) < FIRM,
            n=len(part),
            speed_range=_speeds(part),
            usual=tuple(fault for fault in CANDIDATES if _usually(part, fault)),
        )

    @cached_property
    def _parts(self) -> tuple[tuple[HealthyRecording, ...], ...]:
        """By speed: each range begins at the lowest speed that the one before it does not hold."""
        return parted(self.healthy, lambda each: each.speed_rpm)

    def _part(self, speed_rpm: float | None) -> tuple[HealthyRecording, ...]:
        near = {distance(_speeds(part), speed_rpm): part for part in reversed(self._parts)}
        nearest = min(near)
        if nearest > BEYOND:
            known = ", ".join(told(speeds) for speeds in self.speed_ranges)
            raise NotApplicable(f"no healthy recording was made at {told_speed(speed_rpm)}; there are: {known}")
        return near[nearest]


class _Usual(NamedTuple):
    """Mean and spread of each indicator, dB; the deviation of each healthy recording from the others, and the limit."""

    mean: Array
    spread: Array
    healthy: Array
    limit: float


def looks_faulty(found: Indicators) -> tuple[str, ...]:
    """Why a recording that is called healthy does not look so; empty where nothing speaks against it.

    Whoever commissions a machine on such a one should be asked whether it is meant.
    """
    reasons = [
        f"lines of {fault.replace('_', ' ')} damage, z {z:.1f} over {THRESHOLD:g}"
        for fault in CANDIDATES
        if (z := found.values.get(f"{EVIDENCE}{fault}", 0.0)) > THRESHOLD
    ]
    if found.zone in BAD_ZONES:
        reasons.append(f"its vibration lies in zone {found.zone} of ISO 20816-3")
    return tuple(reasons)


def _speeds(part: Sequence[HealthyRecording]) -> SpeedRange:
    return spanned([each.speed_rpm for each in part])


def _kept(healthy: Sequence[Healthy]) -> tuple[HealthyRecording, ...]:
    if not healthy:
        raise NotApplicable("no healthy recording was given; a baseline needs one, and is firm from 19 on")
    kept = tuple(HealthyRecording(values=found.values, speed_rpm=speed_rpm) for found, speed_rpm in healthy)
    empty = [at for at, each in enumerate(kept) if not _watched(each.values)]
    if empty:
        reasons = "; ".join(dict.fromkeys(healthy[empty[0]][0].missing.values())) or "none was measured"
        raise NotApplicable(f"healthy recording {empty[0] + 1} has no indicator to learn from: {reasons}")
    return kept


def _watched(values: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(name for name in values if name.startswith(tuple(WATCHED)))


def _common(part: Sequence[HealthyRecording]) -> tuple[str, ...]:
    """What is watched and all of them have."""
    return tuple(name for name in _watched(part[0].values) if all(name in each.values for each in part))


def _usually(part: Sequence[HealthyRecording], fault: Fault) -> bool:
    """The median is asked: of many healthy recordings one may reach the threshold by chance."""
    z = [each.values[f"{EVIDENCE}{fault}"] for each in part if f"{EVIDENCE}{fault}" in each.values]
    return bool(z) and float(np.median(z)) > THRESHOLD


def _table(part: Sequence[HealthyRecording], names: Sequence[str]) -> Array:
    """DB [recordings, indicators]."""
    return np.stack([_decibels(names, [each.values[name] for name in names]) for each in part])


def _usual(levels: Array) -> _Usual:
    """Of levels in dB [recordings, indicators]."""
    count, keep = len(levels), ~np.eye(len(levels), dtype=bool)
    mean, spread = _moments(levels)
    healthy = np.array([])
    if count > 1:
        others = [_moments(levels[keep[at]]) for at in range(count)]
        healthy = np.array([((levels[at] - m) / s).max() for at, (m, s) in enumerate(others)])
    # Of n + 1 deviations in order a new healthy one is as likely to be any: as many of the largest may be let go as
    # make up the rate.
    let_go = max(1, int(RATE * (count + 1)))
    farthest = float(np.sort(healthy)[-let_go]) if healthy.size else -np.inf
    return _Usual(mean, spread, healthy, max(SIGNIFICANT, farthest))


def _moments(levels: Array) -> tuple[Array, Array]:
    mean, freedom = levels.mean(axis=0), len(levels) - 1
    squares = np.square(levels - mean).sum(axis=0)
    return mean, np.sqrt((squares + PRIOR_RECORDINGS * PRIOR_DB**2) / (freedom + PRIOR_RECORDINGS))


def _scales(names: Sequence[str]) -> Array:
    """DB to a factor of ten in value; 0 where the value is in dB."""
    return np.array([next(scale for start, scale in WATCHED.items() if name.startswith(start)) for name in names])


def _decibels(names: Sequence[str], values: Sequence[float]) -> Array:
    plain, scales = np.asarray(values, dtype=np.float64), _scales(names)
    return np.where(scales == IN_DB, plain, scales * np.log10(np.maximum(plain, LOWEST_VALUE)))


def _ratio(name: str, beyond_db: float) -> float:
    """Value over limit; of an indicator in dB that of the amplitudes which it compares."""
    return float(10 ** (beyond_db / (_scales([name])[0] or AMPLITUDE)))


def _values(names: Sequence[str], levels: Array) -> list[float]:
    scales = _scales(names)
    powers = 10 ** (levels / np.where(scales == IN_DB, AMPLITUDE, scales))
    return [float(each) for each in np.where(scales == IN_DB, levels, powers)]
