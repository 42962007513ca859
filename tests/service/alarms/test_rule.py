"""From the levels of recordings to that of an asset: what raises it, what leads it back, and what changes nothing."""

import math
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.alarms.rule import DEFAULT, ORDER, AssetState, Event, Level, Rule, advance, crossings, worst

LEVELS = {"q": Level.QUIET, "w": Level.WATCH, "a": Level.ALARM, "-": Level.NO_VERDICT}
LATE = "with what came late"
STANDS = "with all that is known of the last recordings {} still stands"
levels = st.lists(st.sampled_from(list(Level)), max_size=40)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    watch, alarm, of = sorted(draw(st.tuples(*[st.integers(1, 6)] * 3)))
    return Rule(of=of, watch_after=watch, alarm_after=alarm, back_after=draw(st.integers(1, 6)))


def told(
    heard: list[tuple[int, Level]], rule: Rule = DEFAULT, state: AssetState | None = None
) -> tuple[AssetState, list[Event]]:
    state, events = state or AssetState(), []
    for time_us, level in heard:
        state, new = advance(state, level, time_us, rule=rule)
        events += new
    return state, events


def in_turn(said: list[Level]) -> list[tuple[int, Level]]:
    return list(enumerate(said))


def late(said: list[Level], rule: Rule, chance: random.Random) -> list[tuple[int, Level]]:
    """By fewer than the last n."""
    return sorted(in_turn(said), key=lambda each: each[0] + chance.random() * rule.of)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("qqwqqwqq", ""),
        ("wwqw", "w"),
        ("aaaa", "wa"),
        ("qaaaaq", "wa"),
        ("aaaaqqqq", "wa"),
        ("aaaaqqqqq", "waq"),
        ("aaaaqqqqwqqqqq", "waq"),
        ("aaaaqq--qqq", "waq"),
        ("aaaa-----", "wa-"),
        ("aaaa-----q", "wa-a"),
        ("aaaa-----qqqqq", "wa-aq"),
        ("-----q", "-q"),
        ("----", ""),
        ("wwwqqqqqwww", "wqw"),
        ("aa-a", "w"),
    ],
)
def test_the_levels_follow_each_other_as_the_rule_says(said: str, path: str) -> None:
    _, events = told(in_turn([LEVELS[each] for each in said]))
    assert [event.level for event in events] == [LEVELS[each] for each in path]


@given(levels, rules())
def test_every_change_is_told_once_and_follows_on_the_one_before(said: list[Level], rule: Rule) -> None:
    state, before = AssetState(), Level.QUIET
    for time_us, level in in_turn(said):
        after, events = advance(state, level, time_us, rule=rule)
        assert [(event.before, event.level) for event in events] == (
            [] if after.level is state.level else [(before, after.level)]
        )
        state, before = after, after.level


@given(levels, rules())
def test_it_rises_where_enough_say_so_and_falls_after_quiet_ones_alone(said: list[Level], rule: Rule) -> None:
    state = AssetState()
    for time_us, level in in_turn(said):
        before = state.beneath
        state, _ = advance(state, level, time_us, rule=rule)
        last = said[max(0, time_us + 1 - rule.of) : time_us + 1]
        verdicts = [each for each in said[: time_us + 1] if each is not Level.NO_VERDICT]
        quiet = len(verdicts) >= rule.back_after and set(verdicts[-rule.back_after :]) == {Level.QUIET}
        if quiet:
            assert state.beneath is Level.QUIET
            continue
        assert ORDER[state.beneath] >= ORDER[before]
        if last.count(Level.ALARM) >= rule.alarm_after:
            assert state.beneath is Level.ALARM
        elif ORDER[state.beneath] > ORDER[before]:
            assert sum(each in (Level.WATCH, Level.ALARM) for each in last) >= rule.watch_after


@given(levels, rules())
def test_the_level_is_no_verdict_exactly_while_the_last_ones_have_none(said: list[Level], rule: Rule) -> None:
    for end in range(1, len(said) + 1):
        state, _ = told(in_turn(said[:end]), rule)
        none = end >= rule.of and set(said[end - rule.of : end]) == {Level.NO_VERDICT}
        assert (state.level is Level.NO_VERDICT) == none


@given(levels, rules(), st.integers(0, 40))
def test_a_restart_changes_nothing(said: list[Level], rule: Rule, at: int) -> None:
    through = told(in_turn(said), rule)
    early, before = told(in_turn(said)[:at], rule)
    restored = AssetState.model_validate_json(early.model_dump_json())
    late, after = told(in_turn(said)[at:], rule, restored)
    assert (late, before + after) == through


@given(levels, rules(), st.data())
def test_what_comes_twice_counts_once(said: list[Level], rule: Rule, data: st.DataObject) -> None:
    once, events = told(in_turn(said), rule)
    doubled = [each for each in in_turn(said) for _ in range(data.draw(st.integers(1, 3)))]
    assert told(doubled, rule) == (once, events)


@given(st.lists(st.lists(st.sampled_from(list(Level)), min_size=1, max_size=3), max_size=30), rules(), st.randoms())
def test_axes_count_once_by_the_worst_in_whatever_order(
    said: list[list[Level]], rule: Rule, chance: random.Random
) -> None:
    state, _ = told(in_turn([worst(*axes) for axes in said]), rule)
    by_axis = AssetState()
    for time_us, axes in enumerate(said):
        for level in chance.sample(axes, len(axes)):
            by_axis, _ = advance(by_axis, level, time_us, rule=rule)
    assert by_axis == state


@given(levels, rules())
@example([LEVELS[each] for each in "a-awaa-"], DEFAULT)
def test_what_comes_again_later_changes_nothing(said: list[Level], rule: Rule) -> None:
    state, _ = told(in_turn(said), rule)
    assert told([(each.time_us, each.level) for each in state.heard], rule, state) == (state, [])


@given(levels, rules(), st.randoms(use_true_random=False))
def test_what_comes_late_hides_no_level_that_it_had_led_to_in_time(
    said: list[Level], rule: Rule, chance: random.Random
) -> None:
    in_time, _ = told(in_turn(said), rule)
    state, _ = told(late(said, rule, chance), rule)
    assert ORDER[state.beneath] >= ORDER[in_time.beneath]
    assert [each[:3] for each in state.heard[-rule.of :]] == [each[:3] for each in in_time.heard[-rule.of :]]


@given(st.lists(st.sampled_from(list(LEVELS.values())[:3]), max_size=40), rules(), st.randoms(use_true_random=False))
def test_what_comes_late_leads_where_it_had_led_in_time(said: list[Level], rule: Rule, chance: random.Random) -> None:
    in_time, _ = told(in_turn(said), rule)
    state, _ = told(late(said, rule, chance), rule)
    assert state.beneath is in_time.beneath


@pytest.mark.parametrize(
    ("said", "came", "why"),
    [
        ("aa?qa", "a", "4 of the last 5 recordings say alarm"),
        ("aaa?qqqq", "a", f"{LATE} 4 of 4 recordings say alarm, and nothing has led away from alarm since"),
        ("www?qqqqw", "q", f"{LATE} 5 recordings in a row say quiet, and nothing has led away from quiet since"),
        ("wwwqq?qqq", "w", STANDS.format("watch")),
        ("wwqq?w", "q", STANDS.format("quiet")),
    ],
)
def test_what_comes_late_is_counted_where_it_led_to_the_level(said: str, came: str, why: str) -> None:
    state, _ = told([(place, LEVELS[each]) for place, each in enumerate(said) if each != "?"])
    _, events = advance(state, LEVELS[came], said.index("?"))
    assert [event.why for event in events] == [why]


def test_an_axis_that_takes_a_quiet_back_is_not_called_late() -> None:
    state, _ = told([(place, LEVELS[each]) for place, each in enumerate("wwwqqqqq")])
    _, events = advance(state, Level.WATCH, 7)
    assert [event.why for event in events] == [STANDS.format("watch")]


def test_one_older_than_all_that_is_remembered_ends_no_alarm() -> None:
    state, _ = told(list(enumerate([Level.ALARM] * 4 + [Level.QUIET, Level.QUIET, Level.WATCH] * 10, 1)))
    assert state.level is Level.ALARM
    assert advance(state, Level.QUIET, 0)[0].level is Level.ALARM


@pytest.mark.parametrize("earlier", [{"start": "quiet"}, {"start": None, "heard": [[1, 1, "watch"], [2, 2, "watch"]]}])
def test_a_state_that_was_kept_earlier_goes_on(earlier: dict[str, object]) -> None:
    kept = {"level": "quiet", "beneath": "quiet", "heard": [[1, 1, "watch", "quiet"], [2, 2, "watch", "quiet"]]}
    state = AssetState.model_validate(kept | earlier)
    assert advance(state, Level.WATCH, 3)[0].level is Level.WATCH


@given(levels, rules())
def test_what_is_remembered_stays_small(said: list[Level], rule: Rule) -> None:
    state, _ = told(in_turn(said), rule)
    assert len(state.heard) <= rule.of + max(rule.of, rule.back_after)


def test_a_default_state_takes_little_of_a_disk() -> None:
    state, _ = told([(1_790_000_000_000_000 + each, Level.ALARM) for each in range(50)])
    assert len(state.model_dump_json()) < 600


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.1])
def test_random_recordings_enter_a_level_as_often_as_reckoned_or_less(rate: float) -> None:
    chance, state, entered, count = random.Random(0), AssetState(), 0, 40_000
    rule = Rule(back_after=1)  # the less hysteresis, the more often
    for time_us in range(count):
        state, events = advance(state, Level.ALARM if chance.random() < rate else Level.QUIET, time_us, rule=rule)
        entered += sum(event.level is Level.WATCH for event in events)
    expected = count * crossings(rate, rule.watch_after, rule.of)
    assert entered <= expected + 3 * math.sqrt(expected) + 1


def test_the_figures_of_the_rule_are_those_of_the_binomial() -> None:
    for rate, watch, alarm in ((0.01, 0.051, 0.00034), (0.05, 5.6, 0.20), (0.1, 38, 2.8)):
        a_year = [24 * 365 * crossings(rate, needed, DEFAULT.of) for needed in (3, 4)]
        assert a_year == pytest.approx([watch, alarm], rel=0.02)


def test_a_rule_that_could_not_be_reached_is_refused() -> None:
    with pytest.raises(ValidationError, match="could not be reached"):
        Rule(of=3, alarm_after=4)
