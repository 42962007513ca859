"""Three voices: every row of the table is reached, none is left out, and the page says what the code does."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from data.fault import FAULTS, Fault
from models.baseline import Change
from models.bearing_fit import BearingFit, BetterBearing, Fit
from models.envelope_rule import CANDIDATES, Candidate, Evidence
from models.verdict import Conclusion
from models.voices import TABLE, Heard, Says, Voice, change_voice, combine, evidence_voice, network_voice, silent

INNER, OUTER = Fault.INNER_RACE, Fault.OUTER_RACE
DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "three-voices.md"


def heard(voice: Voice, says: Says, fault: Fault | None = None, **given: object) -> Heard:
    return Heard.model_validate({"voice": voice, "says": says, "fault": fault, "why": "", **given})


def voices(network: Says, evidence: Says, change: Says, other: bool = False, usual: bool = False) -> tuple[Heard, ...]:
    return (
        heard("network", network, INNER if network == "raised" else None),
        heard("evidence", evidence, (OUTER if other else INNER) if evidence == "raised" else None),
        heard("change", change, usual=(INNER,) if usual else ()),
    )


def grown(times: float) -> Heard:
    return heard("change", "raised", strength=times)


@pytest.mark.parametrize(
    ("said", "rule", "level", "fault"),
    [
        (voices("silent", "silent", "silent"), "nothing can be said", "no_verdict", None),
        (voices("raised", "raised", "quiet", usual=True), "as when commissioned", "watch", INNER),
        (voices("silent", "raised", "quiet", usual=True), "as when commissioned", "watch", INNER),
        (voices("raised", "raised", "quiet"), "network and evidence agree", "alarm", INNER),
        (voices("raised", "raised", "raised", usual=True), "network and evidence agree", "alarm", INNER),
        (voices("raised", "raised", "silent", other=True), "network and evidence disagree", "alarm", None),
        (voices("raised", "raised", "quiet", other=True, usual=True), "network and evidence disagree", "alarm", None),
        (voices("raised", "quiet", "raised"), "network and change", "alarm", INNER),
        (voices("silent", "raised", "raised"), "evidence and change", "alarm", INNER),
        (voices("raised", "silent", "quiet"), "network alone", "alarm", INNER),
        (voices("quiet", "raised", "silent"), "evidence alone", "alarm", INNER),
        (voices("silent", "quiet", "raised"), "change alone", "watch", None),
        ((*voices("silent", "quiet", "quiet")[:2], grown(9.0)), "change alone", "watch", None),
        ((*voices("raised", "quiet", "quiet")[:2], grown(9.0)), "network and change", "alarm", INNER),
        (voices("silent", "quiet", "silent"), "quiet", "quiet", None),
        (voices("silent", "silent", "quiet"), "quiet", "quiet", None),
    ],
)
def test_each_row_says_what_it_says(said: tuple[Heard, ...], rule: str, level: str, fault: Fault | None) -> None:
    together = combine(*said)
    assert (together.rule, together.level, together.fault) == (rule, level, fault)
    assert together.voices == said
    assert together.advice.endswith(".")
    assert "{" not in together.advice


def test_every_combination_has_a_row_and_every_row_a_combination() -> None:
    says: tuple[Says, ...] = ("quiet", "raised", "silent")
    rules = {
        combine(*voices(*three, other=other, usual=usual)).rule
        for three in product(says, repeat=3)
        for other, usual in product((False, True), repeat=2)
    } | {combine(silent("network", ""), silent("evidence", ""), grown(9.0)).rule}
    assert rules == {row.rule for row in TABLE}


def test_the_page_shows_the_rows_in_their_order_with_their_levels() -> None:
    lines = [line.split(" | ") for line in DECISION.read_text().splitlines() if line.startswith("| ")]
    shown = [(cells[0].removeprefix("| "), cells[-2]) for cells in lines if cells[0].removeprefix("| ") in RULES]
    assert shown == [(row.rule, row.level) for row in TABLE]


RULES = {row.rule for row in TABLE}


@pytest.mark.parametrize(
    ("said", "zone", "severity"),
    [
        (voices("quiet", "quiet", "quiet"), None, "none"),
        (voices("quiet", "quiet", "quiet"), "B", "none"),
        (voices("quiet", "quiet", "quiet"), "C", "medium"),
        (voices("quiet", "raised", "quiet"), "D", "high"),
        (voices("quiet", "raised", "quiet"), None, "low"),
        (voices("raised", "raised", "quiet"), "A", "medium"),
        (voices("raised", "raised", "raised"), None, "high"),
        ((*voices("quiet", "quiet", "quiet")[:2], grown(1.5)), None, "low"),
        ((*voices("quiet", "quiet", "quiet")[:2], grown(2.0)), None, "medium"),
        ((*voices("quiet", "quiet", "quiet")[:2], grown(4.0)), None, "high"),
    ],
)
def test_the_severity_is_the_worst_of_zone_growth_and_voices(
    said: tuple[Heard, ...], zone: str | None, severity: str
) -> None:
    together = combine(*said, zone=zone)  # type: ignore[arg-type]
    assert together.severity == severity
    assert ("ISO 20816-3" in together.advice) == (zone in ("C", "D"))


def test_a_voice_in_the_place_of_another_is_refused() -> None:
    with pytest.raises(ValueError, match="network, evidence and change"):
        combine(silent("evidence", ""), silent("network", ""), silent("change", ""))


def conclusion(fault: Fault, known: bool = True) -> Conclusion:
    probabilities = np.full(len(FAULTS), 0.02)
    probabilities[FAULTS.index(fault)] = 0.94
    return Conclusion(probabilities, probabilities[None], {"level": 0.5, "shaft": 0.9 if known else 2.0}, known)


def test_the_network_is_silent_on_what_it_does_not_know() -> None:
    raised = network_voice(conclusion(OUTER), FAULTS)
    assert (raised.says, raised.fault, raised.strength) == ("raised", OUTER, 0.94)
    assert network_voice(conclusion(Fault.NORMAL), FAULTS).says == "quiet"
    unknown = network_voice(conclusion(OUTER, known=False), FAULTS)
    assert (unknown.says, unknown.fault) == ("silent", None)
    assert "shaft" in unknown.why


def evidence(fault: Fault, z: float) -> Evidence:
    candidates = {each: Candidate(expected_order=3.0, matched_order=3.0, harmonics_db=()) for each in CANDIDATES}
    return Evidence(
        fault=fault, forced=OUTER, z=dict.fromkeys(CANDIDATES, z), threshold=4.0, speed_used_rpm=1500.0, windows=3,
        candidates=candidates,
    )  # fmt: skip


def test_lines_of_a_bearing_with_another_number_of_elements_are_heard() -> None:
    assert evidence_voice(evidence(Fault.NORMAL, 1.0)).says == "quiet"
    assert evidence_voice(evidence(OUTER, 6.0)).fault is OUTER
    better = (BetterBearing(rolling_elements=8, fault=INNER, order=4.9, z=12.0),)
    other = evidence_voice(evidence(Fault.NORMAL, 1.0), BearingFit(fit=Fit.DOES_NOT_FIT, z=1.0, better=better))
    assert (other.says, other.fault, other.strength) == ("raised", INNER, 12.0)
    assert "8 elements" in other.why


def test_the_change_names_what_grew_most_and_what_was_usual() -> None:
    given = {"score": 0.05, "deviation": 9.0, "growth_db": 12.0, "lowest_rate": 0.05, "provisional": False, "n": 19}
    grown = Change(**given, raised=True, exceeded={"peak_g": 2.5, "kurtosis": 1.1}, speed_range=None)  # type: ignore[arg-type]
    said = change_voice(grown)
    assert (said.says, said.strength) == ("raised", 2.5)
    assert "peak_g" in said.why
    same = Change(**given, raised=False, exceeded={}, speed_range=None, usual=(OUTER,))  # type: ignore[arg-type]
    assert (change_voice(same).says, change_voice(same).usual) == ("quiet", (OUTER,))
