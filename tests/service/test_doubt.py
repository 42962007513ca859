"""A speed or a bearing that the signal speaks against: the answer stands, with a warning and a second reading."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from starlette.testclient import TestClient

from data.fault import Fault
from data.geometry import Geometry
from data.recording import Recording
from models.bearing_fit import Fit, with_elements
from service import offline
from service.engine import Engine
from tests.service.asking import Simulated, post


@pytest.fixture
def machine(simulated: Simulated) -> Recording:
    """An outer race's fault at 1800 rpm, of a 6205, on a shaft that shows."""
    recording = simulated(Fault.OUTER_RACE, 4.0)
    turns = np.arange(recording.samples.size) * (30 / recording.rate_hz)
    comb = sum(np.sin(2 * np.pi * k * turns) for k in range(1, 8)) * 0.2 * recording.samples.std()
    return replace(recording, samples=(recording.samples + comb).astype(np.float32), bearing="6205")


def test_a_speed_that_the_signal_confirms_gets_no_second_reading(engine: Engine, machine: Recording) -> None:
    answer = engine.diagnose(machine)
    assert answer.estimated_speed is not None
    assert answer.estimated_speed.sure
    assert answer.estimated_speed.speed_rpm == pytest.approx(1800, rel=0.003)
    assert answer.at_estimated_speed is None
    assert not any("doubt" in warning for warning in answer.warnings)


@pytest.mark.parametrize("wrong", [-0.06, -0.03, 0.03, 0.06])
def test_with_a_wrong_speed_both_readings_are_given_and_the_given_one_stands(
    engine: Engine, machine: Recording, wrong: float
) -> None:
    asked = replace(machine, speed_rpm=1800 * (1 + wrong))
    answer = engine.diagnose(asked)
    assert answer.signal.speed_rpm == asked.speed_rpm
    assert answer.evidence is not None
    assert answer.evidence.speed_used_rpm == asked.speed_rpm
    other = answer.at_estimated_speed
    assert other is not None
    assert other.speed_rpm == pytest.approx(1800, rel=0.003)
    assert other.evidence is not None
    assert other.evidence.fault is Fault.OUTER_RACE
    (warning,) = [warning for warning in answer.warnings if warning.startswith("speed in doubt")]
    assert f"{other.speed_rpm:.0f} rpm" in warning


def test_the_second_reading_is_what_the_same_question_gets_with_that_speed(engine: Engine, machine: Recording) -> None:
    other = engine.diagnose(replace(machine, speed_rpm=1900.0)).at_estimated_speed
    assert other is not None
    again = engine.diagnose(replace(machine, speed_rpm=other.speed_rpm))
    assert (other.verdict, other.fault, other.confidence) == (again.verdict, again.fault, again.confidence)
    assert other.evidence == again.evidence
    assert other.probabilities == again.probabilities


def test_with_no_speed_the_estimate_is_a_hint_and_is_not_used(engine: Engine, machine: Recording) -> None:
    answer = engine.diagnose(replace(machine, speed_rpm=None))
    assert answer.front_end == "time"
    assert answer.signal.speed_rpm is None
    assert answer.at_estimated_speed is not None
    assert answer.at_estimated_speed.speed_rpm == pytest.approx(1800, rel=0.003)
    assert answer.at_estimated_speed.front_end == "aligned"
    assert any("give speed_rpm to have it" in warning for warning in answer.warnings)


def test_a_bearing_that_does_not_fit_is_warned_of_and_what_fits_better_is_said(
    engine: Engine, machine: Recording
) -> None:
    answer = engine.diagnose(replace(machine, orders=with_elements(Geometry(9, 0.2034).orders(), 8)))
    assert answer.bearing_fit is not None
    assert answer.bearing_fit.fit is Fit.DOES_NOT_FIT
    (warning,) = [warning for warning in answer.warnings if warning.startswith("bearing in doubt")]
    assert "6205" in warning
    assert "9 (outer race fault" in warning


def test_a_wrong_speed_is_not_blamed_on_the_bearing(engine: Engine, machine: Recording) -> None:
    answer = engine.diagnose(replace(machine, speed_rpm=1800 * 1.06))
    assert not any(warning.startswith("bearing in doubt") for warning in answer.warnings)


def test_what_has_no_signal_is_not_asked_for_its_speed(engine: Engine) -> None:
    answer = engine.diagnose(Recording(np.full(48_000, 0.1, np.float32), 48_000.0, speed_rpm=1800.0))
    assert answer.estimated_speed is None
    assert answer.at_estimated_speed is None


def test_the_stages_of_doubt_are_timed(engine: Engine, machine: Recording) -> None:
    sure, doubtful = engine.diagnose(machine).timing, engine.diagnose(replace(machine, speed_rpm=1900.0)).timing
    assert sure.speed_ms > 0
    assert sure.second_reading_ms == 0
    assert doubtful.second_reading_ms > 0
    assert doubtful.total_ms > doubtful.speed_ms + doubtful.second_reading_ms


def test_over_http_the_doubt_stands_in_the_answer(client: TestClient, machine: Recording) -> None:
    found = post(client, machine, speed_rpm=1900, bearing="6205")
    assert found["at_estimated_speed"]["evidence"]["fault"] == "outer_race"
    assert found["estimated_speed"]["sure"]


def test_the_table_for_people_shows_both_readings(engine: Engine, machine: Recording) -> None:
    asked = replace(machine, speed_rpm=1900.0)
    console = Console(record=True, width=200, file=io.StringIO())
    offline.show(offline.Found(asked, engine.diagnose(asked), None, ""), console)
    shown = console.export_text()
    assert "speed shown" in shown
    assert "read at that" in shown
    assert "speed in doubt" in shown
