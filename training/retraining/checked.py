"""Labels that cannot all be true, signals that are none, the same signal twice: found before anything is trained."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from data.errors import NotApplicable, SignalError
from data.front_ends import FrontEnd
from data.recording import Recording
from data.sensor_check import sensor_fault
from training.prepared import windows
from training.retraining.case import Case, Found, LeftOut

Check = Callable[[Sequence[Case]], dict[str, str]]
"""Names of the cases that shall not be used, with the reason."""


def conflicting(cases: Sequence[Case]) -> dict[str, str]:
    """The same signal under two labels: neither is believed."""
    reasons: dict[str, str] = {}
    for alike in _by_signal(cases):
        faults = sorted({each.fault for each in alike})
        if len(faults) > 1:
            reasons |= {each.name: f"the same signal is labelled {' and '.join(faults)}" for each in alike}
    return reasons


def repeated(cases: Sequence[Case]) -> dict[str, str]:
    """The same signal again: the first counts."""
    return {again.name: f"the same signal as {alike[0].name}" for alike in _by_signal(cases) for again in alike[1:]}


def broken_sensor(cases: Sequence[Case]) -> dict[str, str]:
    """Signals that no working sensor gives."""
    found = {each.name: sensor_fault(each.recording) for each in cases}
    return {name: f"the sensor: {reason}" for name, reason in found.items() if reason is not None}


CHECKS: tuple[Check, ...] = (broken_sensor, conflicting, repeated)


def checked(found: Found, front_end: FrontEnd) -> Found:
    """What of it can be used with `front_end`."""
    cases, left_out = list(found.cases), list(found.left_out)
    checks: tuple[Check, ...] = (*CHECKS, partial(unreadable, front_end))
    for check in checks:
        reasons = check(cases)
        left_out += [LeftOut(name, reason) for name, reason in reasons.items()]
        cases = [each for each in cases if each.name not in reasons]
    return Found(found.source, tuple(cases), tuple(left_out))


def unreadable(front_end: FrontEnd, cases: Sequence[Case]) -> dict[str, str]:
    """What `front_end` cannot read."""
    reasons = {each.name: unread(front_end, each.recording) for each in cases}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def unread(front_end: FrontEnd, recording: Recording) -> str | None:
    """Why `front_end` cannot read it: too short, no speed, a rate too low; None where it can."""
    try:
        windows(front_end, recording)
    except (NotApplicable, SignalError) as error:
        return str(error)
    return None


def _by_signal(cases: Sequence[Case]) -> list[list[Case]]:
    alike: dict[str, list[Case]] = defaultdict(list)
    for each in cases:
        alike[each.sha256].append(each)
    return [those for those in alike.values() if len(those) > 1]
