"""Where speed and bearing are known: machines that no network of Brinell was trained on, read at their own orders."""

from dataclasses import replace
from pathlib import Path

import pytest

from data.datasets import DATASETS
from data.fault import Fault
from data.recording import Recording
from service.diagnosis import Verdict
from service.engine import Engine
from tests.service.asking import Simulated

# Faults that the published benchmarks call easy, and every healthy recording.
NAMED = {
    "mfpt/OuterRaceFault_1": Fault.OUTER_RACE,
    "mfpt/OuterRaceFault_vload_1": Fault.OUTER_RACE,
    "mfpt/InnerRaceFault_vload_3": Fault.INNER_RACE,
    "jnu/ib600_2": Fault.INNER_RACE,
    "jnu/ob1000_2": Fault.OUTER_RACE,
    "jnu/tb1000_2": Fault.ROLLING_ELEMENT,
    "cwru/105": Fault.INNER_RACE,
    "cwru/130": Fault.OUTER_RACE,
}
HEALTHY = ("mfpt/baseline_1", "mfpt/baseline_2", "mfpt/baseline_3", "cwru/97")


@pytest.fixture(scope="session")
def published(data_root: Path) -> dict[str, Recording]:
    """Every recording there is by "rig/name", with its speed and bearing."""
    return {
        f"{name}/{entry.name}": dataset.load(data_root, entry)
        for name, dataset in DATASETS.items()
        for entry in dataset.present(data_root)
    }


def test_with_speed_and_bearing_the_aligned_bundle_answers_and_says_why(engine: Engine, simulated: Simulated) -> None:
    answer = engine.diagnose(simulated())
    assert answer.front_end == "aligned"
    assert answer.front_end_reason == "aligned: speed and bearing are known"
    assert (answer.verdict, answer.fault) == (Verdict.DIAGNOSED, Fault.OUTER_RACE)


def test_without_a_bearing_it_does_not_apply(engine: Engine, simulated: Simulated) -> None:
    answer = engine.diagnose(replace(simulated(), orders=None))
    assert answer.front_end_reason == "order: the shaft speed is known"


def test_where_it_is_known_and_does_not_apply_the_answer_says_so(engine: Engine, simulated: Simulated) -> None:
    answer = engine.diagnose(simulated(seconds=0.2))
    assert answer.front_end == "order"
    assert "aligned: 0.20 s long" in answer.front_end_reason


@pytest.mark.parametrize("title", NAMED)
def test_a_fault_of_a_machine_never_seen_is_named(engine: Engine, published: dict[str, Recording], title: str) -> None:
    answer = engine.diagnose(published[title])
    assert answer.front_end == "aligned"
    assert (answer.verdict, answer.fault) == (Verdict.DIAGNOSED, NAMED[title])


@pytest.mark.parametrize("title", HEALTHY)
def test_no_fault_is_found_on_a_healthy_machine_never_seen(
    engine: Engine, published: dict[str, Recording], title: str
) -> None:
    answer = engine.diagnose(published[title])
    assert answer.fault is Fault.NORMAL
    assert answer.miss_rate is not None
    assert answer.miss_rate.scope == "machine never seen"
    assert "had not learned from" in answer.message


def test_hardly_a_published_recording_of_a_fault_gets_the_name_of_another(
    engine: Engine, published: dict[str, Recording]
) -> None:
    said = {title: engine.diagnose(recording).fault for title, recording in published.items()}
    wrong = {title for title, fault in said.items() if fault not in (None, Fault.NORMAL, published[title].fault)}
    # The first does not fit its stated geometry; the second shows the inner race's lines (Smith and Randall, 2015).
    assert wrong <= {"cwru/3003", "cwru/222"}
    assert sum(fault == published[title].fault for title, fault in said.items() if fault is not Fault.NORMAL) >= 40
