"""A finding says something about what was heard between the first alarm and the opening, and about nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

from data.exported import FeedbackLine, Finding, RecordingLine
from training.retraining.labels import labels

DAY = timedelta(days=1)
OPENED = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONTH = 30 * DAY


def heard(number: int, before: float, level: str = "quiet", asset: str = "fan", why: str = "daily") -> RecordingLine:
    answer = {"verdict": "fault", "fault": None, "confidence": None, "level": level, "bundle": None}
    line = {
        "id": f"{number:016x}", "asset": asset, "axis": "x", "time": OPENED - before * DAY, "rate_hz": 12_000.0,
        "speed_rpm": 1500.0, "bearing": None, "orders": None, "file": f"signals/{number:016x}.npy", "sha256": "0" * 64,
        "bytes": 1, "why": [why], "answer": answer,
    }  # fmt: skip
    return RecordingLine.model_validate(line, strict=False)


def opening(finding: str = "outer_race", after: float = 0.0, **more: Any) -> FeedbackLine:
    line = {
        "id": f"{99:016x}", "asset": "fan", "time": OPENED, "finding": finding, "opened": OPENED + after * DAY,
        "by": "me",
    }  # fmt: skip
    return FeedbackLine.model_validate(line | more, strict=False)


def given(lines: list[RecordingLine], *findings: FeedbackLine, longest: timedelta = MONTH) -> list[str | None]:
    """What each is labelled as; None where it is not."""
    found = labels(lines, findings, longest)
    return [each.value if isinstance(each, Finding) else None for each in (found[line.id] for line in lines)]


def test_from_the_first_alarm_to_the_opening_all_is_what_was_found_and_nothing_before_or_after() -> None:
    lines = [heard(1, 9), heard(2, 5, "alarm"), heard(3, 3, "quiet"), heard(4, 1, "alarm"), heard(5, -1)]
    assert given(lines, opening()) == [None, "outer_race", "outer_race", "outer_race", None]


def test_without_an_alarm_nobody_knows_when_it_began() -> None:
    assert given([heard(1, 5, "watch"), heard(2, 1)], opening()) == [None, None]


def test_the_one_that_the_finding_names_is_labelled_without_an_alarm_too() -> None:
    assert given([heard(1, 5), heard(2, 1)], opening(diagnosis=f"{2:016x}")) == [None, "outer_race"]


def test_an_alarm_longer_ago_than_the_setting_says_nothing() -> None:
    lines = [heard(1, 40, "alarm"), heard(2, 20), heard(3, 2, "alarm")]
    assert given(lines, opening()) == [None, None, "outer_race"]
    assert given(lines, opening(), longest=50 * DAY) == ["outer_race"] * 3


def test_an_opening_reaches_back_to_the_one_before_it() -> None:
    lines = [heard(1, 9, "alarm"), heard(2, 3, "alarm")]
    assert given(lines, opening("inner_race", -5), opening("normal")) == ["inner_race", "normal"]


def test_what_was_heard_at_commissioning_is_normal_unless_a_finding_reaches_it() -> None:
    lines = [heard(1, 20, why="baseline"), heard(2, 9, "alarm"), heard(3, 5, why="baseline")]
    assert given(lines, opening()) == ["normal", "outer_race", "outer_race"]


def test_another_machine_is_another_machine() -> None:
    assert given([heard(1, 2, "alarm", asset="pump")], opening()) == [None]


def test_two_findings_at_one_opening_that_differ_are_no_label() -> None:
    lines = [heard(1, 2, "alarm")]
    found = labels(lines, [opening("inner_race"), opening("outer_race", id=f"{98:016x}")], MONTH)
    assert "contradict" in str(found[lines[0].id])


def test_a_broken_sensor_teaches_nothing() -> None:
    found = labels([heard(1, 2, "alarm")], [opening("sensor_broken")], MONTH)
    assert list(found.values()) == [Finding.SENSOR_BROKEN]
    assert Finding.SENSOR_BROKEN.fault is None
