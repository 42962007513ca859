"""Which recordings a finding labels: those between the first alarm and the opening, and no older ones.

Before the alarm nobody knows: a fault may have been there or not. What was heard while a machine was commissioned is
normal, unless a finding reaches back to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from data.exported import FeedbackLine, Finding, RecordingLine, Why

ALARM = "alarm"


def labels(
    recordings: Sequence[RecordingLine], findings: Iterable[FeedbackLine], longest: timedelta
) -> Mapping[str, Finding | str]:
    """By the recording's id what it is known to show, or a sentence why that is not known.

    Args:
        recordings: with the level that was said of each.
        findings: those that stand (`data.exported.standing`).
        longest: before an opening that a finding says anything about.
    """
    of_asset: dict[str, list[RecordingLine]] = defaultdict(list)
    for line in recordings:
        of_asset[line.asset].append(line)
    openings: dict[str, list[FeedbackLine]] = defaultdict(list)
    for finding in findings:
        openings[finding.asset].append(finding)
    found: dict[str, Finding | str] = {}
    for asset, lines in of_asset.items():
        found |= _of_asset(lines, sorted(openings[asset], key=lambda each: each.opened), longest)
    return found


def _of_asset(
    lines: Sequence[RecordingLine], openings: Sequence[FeedbackLine], longest: timedelta
) -> dict[str, Finding | str]:
    said: dict[str, set[Finding]] = defaultdict(set)
    for opening in openings:
        earliest = opening.opened - longest
        since = max((each.opened for each in openings if each.opened < opening.opened), default=earliest)
        before = [line for line in lines if max(since, earliest) < line.time <= opening.opened]
        alarms = [line.time for line in before if line.answer.level == ALARM]
        told = {line.id for line in before if alarms and line.time >= min(alarms)}
        told |= {line.id for line in lines if line.id == opening.diagnosis}
        for identity in told:
            said[identity].add(opening.finding)
    return {line.id: _settled(line, said[line.id]) for line in lines}


def _settled(line: RecordingLine, said: set[Finding]) -> Finding | str:
    if len(said) > 1:
        return f"two findings contradict each other: {' and '.join(sorted(said))}"
    if said:
        return next(iter(said))
    if Why.BASELINE in line.why:
        return Finding.NORMAL
    return "nobody found what it shows: no finding between an alarm and an opening reaches it"
