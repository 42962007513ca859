"""One recording of ten seconds, from bytes to diagnosis, by what is given with it; the envelope rule alone beside."""

from pathlib import Path

from rich.progress import Progress

from benchmarks.asker import NOTHING, SPEED, SPEED_AND_BEARING
from benchmarks.effort import Effort
from benchmarks.process import Process
from benchmarks.results import Asked, DiagnosisCost
from benchmarks.windows import SECONDS

ASKER = "benchmarks.asker:Asker"
QUESTIONS = (SPEED_AND_BEARING, SPEED, NOTHING)


def diagnosis(file: Path, source: str, effort: Effort, bar: Progress) -> DiagnosisCost:
    """Asks the three questions and the rule in turn, and reads each kind of body, round after round."""
    task = bar.add_task("diagnosis", total=effort.rounds)
    rounds: dict[str, list[dict[str, float]]] = {question: [] for question in QUESTIONS}
    parts: dict[str, list[dict[str, float]]] = {question: [] for question in QUESTIONS}
    rule, bodies = [], []
    with Process(ASKER, 1, file=str(file)) as process:
        for question in QUESTIONS:
            process.ask("diagnose", given=question, seconds=SECONDS)
        for _ in range(effort.rounds):
            for question in QUESTIONS:
                spent = process.ask("diagnose", given=question, seconds=SECONDS)
                parts[question].append(spent.pop("parts_ms"))
                rounds[question].append(spent)
            rule.append(process.ask("rule"))
            bodies.append(process.ask("bodies"))
            bar.advance(task)
        return DiagnosisCost(
            recording=source,
            windows=process.ask("windows"),
            asked={question: _asked(rounds[question], parts[question]) for question in QUESTIONS},
            rule_cpu_ms=_rounded(rule),
            bodies_cpu_ms={kind: _rounded([each[kind] for each in bodies]) for kind in bodies[0]},
            resident_mib=process.ask("resident_mib"),
        )


def _asked(rounds: list[dict[str, float]], parts: list[dict[str, float]]) -> Asked:
    return Asked(
        wall_ms=_rounded([each["wall_ms"] for each in rounds]),
        cpu_ms=_rounded([each["cpu_ms"] for each in rounds]),
        parts_ms={name: _rounded([each[name] for each in parts]) for name in parts[0]},
    )


def _rounded(values: list[float]) -> tuple[float, ...]:
    return tuple(round(each, 3) for each in values)
