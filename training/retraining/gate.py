"""When a retrained bundle may take the place of the one in service. A gate that always passes is none.

apart = "bearing"          # no bearing that teaches judges; "time": the later recordings of the same bearings judge
fewest_recordings = 5      # independent ones of each fault that judge, and old ones in all, or it is no evidence
minutes_apart = 1.0        # what is heard of a bearing so soon after a recording is one with it; so is what has no time
lowest_gain = 0.0          # the interval of the gain must lie above
most_chance = 0.05         # of the exact sign test, shared among all retrainings that the same recordings have judged
most_lost = 0.2            # of its score, of any fault
most_wrong = 0.1           # of the challenger's answers on new recordings, each fault weighing alike
most_forgotten = 0.05      # how far the interval of the gain on the old test recordings may reach under 0
most_energy = 1.25         # times the champion's, of one window
without_base = false       # may it pass where nothing, or too little, shows what was forgotten?
enough = 0.9               # mean score on recordings that choose, from which no larger step is tried
"""

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError

from training.config import ConfigError, Part
from training.retraining.case import Case
from training.retraining.halves import Apart, independent
from training.retraining.versus import Bearing, Versus

Share = Annotated[float, Field(ge=0, le=1)]
Verdict = Literal["better", "not enough evidence", "not better"]
NOT_ENOUGH: Verdict = "not enough evidence"


class Gate(Part):
    """The conditions, as above."""

    apart: Apart = "bearing"
    fewest_recordings: Annotated[int, Field(ge=2)] = 5
    minutes_apart: Annotated[float, Field(ge=0)] = 1.0
    lowest_gain: Annotated[float, Field(ge=0, lt=2)] = 0.0
    most_chance: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    most_lost: Annotated[float, Field(ge=0, le=0.5)] = 0.2
    most_wrong: Annotated[float, Field(ge=0, le=0.25)] = 0.1
    most_forgotten: Share = 0.05
    most_energy: Annotated[float, Field(ge=1)] = 1.25
    without_base: bool = False
    enough: Share = 0.9

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a TOML file.

        Raises:
            ConfigError: it cannot be read, is no TOML, or a condition is wrong or none of these.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text()))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: {error}; a TOML file of the gate is wanted") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise ConfigError(f"{path}: {where}: {first['msg']}") from error


@dataclass(frozen=True)
class Condition:
    """One condition: what was asked, what was found, and whether that holds."""

    asked: str
    found: str
    holds: bool


@dataclass(frozen=True)
class Decision:
    """`evidence`: is there enough to judge by at all; `merit`: is it better, and nothing worse for it."""

    evidence: tuple[Condition, ...]
    merit: tuple[Condition, ...]

    @property
    def verdict(self) -> Verdict:
        """What too few recordings say is no word on whether it is better."""
        if not all(each.holds for each in self.evidence):
            return NOT_ENOUGH
        return "better" if all(each.holds for each in self.merit) else "not better"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All of them."""
        return (*self.evidence, *self.merit)


def evidence(gate: Gate, cases: Sequence[Case], judging: Sequence[Case]) -> tuple[Condition, ...]:
    """Is there enough of each fault among those that judge? `cases`: all that can be used."""
    judged = defaultdict(list)
    for each in judging:
        judged[each.fault].append(each)
    conditions = []
    for fault in sorted({each.fault for each in cases}):
        count, bearings = independent(judged[fault], gate.minutes_apart), len({each.bearing for each in judged[fault]})
        conditions.append(
            Condition(
                f"at least {gate.fewest_recordings} independent recordings of {fault} judge",
                f"{count}, of {bearings} bearings",
                count >= gate.fewest_recordings,
            )
        )
    return tuple(conditions)


def remembered(gate: Gate, old: Sequence[Bearing] | None) -> Condition:
    """Are there enough of the champion's own test recordings? `old`: the bearing of each; None without a base."""
    return Condition(
        f"at least {gate.fewest_recordings} old test recordings are at hand, to show what was forgotten",
        "none" if old is None else f"{len(old)}, of {len(set(old))} bearings",
        gate.without_base or (old is not None and len(old) >= gate.fewest_recordings),
    )


def decide(
    gate: Gate, enough: tuple[Condition, ...], new: Versus, old: Versus | None, energy: float, earlier: int = 0
) -> Decision:
    """The gate's word.

    Args:
        enough: of `evidence`.
        new: on labelled recordings that took no part in fitting; none of them is no evidence.
        old: on the champion's own test recordings, where they are at hand.
        energy: of a window, the challenger's over the champion's.
        earlier: retrainings that some of these recordings have judged: whoever tries often enough passes by chance.
    """
    merit = _merit(gate, new, earlier) if new.pairs else ()
    if old is not None:
        low, high = old.interval
        merit += (
            Condition(
                f"on the old test recordings the gain's interval reaches at most {gate.most_forgotten:g} under 0",
                f"{old.gain:+.3f} ({low:+.3f} to {high:+.3f})",
                low >= -gate.most_forgotten,
            ),
        )
    merit += (
        Condition(f"at most {gate.most_energy:g} times the energy", f"{energy:.3f} times", energy <= gate.most_energy),
    )
    known = remembered(gate, None if old is None else [pair.bearing for pair in old.pairs])
    return Decision((*enough, known), merit)


def _merit(gate: Gate, new: Versus, earlier: int) -> tuple[Condition, ...]:
    low, high = new.interval
    chance = gate.most_chance / (1 + earlier)
    shared = f", {gate.most_chance:g} shared with {earlier} earlier retrainings" if earlier else ""
    gains = {fault: Versus(pairs).gain for fault, pairs in new.by(lambda pair: pair.fault).items()}
    worst = min(gains, key=lambda fault: gains[fault])
    said = new.challenger
    return (
        Condition(
            f"the gain's interval lies above {gate.lowest_gain:g}",
            f"{new.gain:+.3f} ({low:+.3f} to {high:+.3f})",
            low > gate.lowest_gain,
        ),
        Condition(
            f"a sign test gives chance at most {chance:.3g}{shared}",
            f"{new.chance:.3g}",
            new.chance <= chance,
        ),
        Condition(
            f"no fault loses more than {gate.most_lost:g}",
            f"{worst} {gains[worst]:+.3f}",
            gains[worst] >= -gate.most_lost,
        ),
        Condition(
            f"at most {gate.most_wrong:.0%} of its answers are wrong, each fault weighing alike",
            f"{said.wrong_of_answers:.1%}, {said.wrong} of {said.right + said.wrong}",
            said.wrong_of_answers <= gate.most_wrong,
        ),
    )
