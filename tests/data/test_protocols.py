"""Each protocol keeps apart what it promises to, on the public recordings, present or not."""

from dataclasses import replace

import pytest

from data.datasets import DATASETS
from data.datasets.entry import Entry
from data.errors import DatasetError
from data.fault import Fault
from data.protocols import PROTOCOLS, Span, Split, joined

ALL = tuple(entry for dataset in DATASETS.values() for entry in dataset.entries)

CASES = [
    ("mfpt", "by-recording"),
    ("mfpt", "cross-load"),
    ("mfpt", "random-window"),
    ("jnu", "by-time"),
    ("jnu", "cross-speed"),
    ("cwru", "by-time"),
    ("cwru", "cross-load"),
    ("cwru", "by-bearing"),
]


def _splits(dataset: str, protocol: str) -> tuple[Split, ...]:
    return PROTOCOLS[protocol].splits(DATASETS[dataset].entries)


def _faulty(spans: tuple[Span, ...]) -> list[Entry]:
    return [span.entry for span in spans if span.entry.fault is not Fault.NORMAL]


@pytest.mark.parametrize(("dataset", "protocol"), CASES)
def test_no_sample_stands_on_two_sides(dataset: str, protocol: str) -> None:
    for split in _splits(dataset, protocol):
        parts = [split.train, split.validation, split.test]
        for at, part in enumerate(parts):
            for other in parts[at + 1 :]:
                assert not any(one.overlaps(two) for one in part for two in other), split.name


def test_by_recording_is_the_official_split() -> None:
    (split,) = _splits("mfpt", "by-recording")
    assert {span.entry.name for span in split.test} == {
        "baseline_3",
        "OuterRaceFault_3",
        *(f"{race}RaceFault_vload_{load}" for race in ("Inner", "Outer") for load in (6, 7)),
    }
    assert not {span.entry for span in split.test} & {span.entry for span in (*split.train, *split.validation)}


def test_by_bearing_never_tests_a_faulty_bearing_that_it_trained_or_chose_on() -> None:
    splits = _splits("cwru", "by-bearing")
    assert {split.name[:5] for split in splits} == {"0.007", "0.014", "0.021"}
    for split in splits:
        seen = {entry.bearing for entry in _faulty(split.train + split.validation)}
        assert not seen & {entry.bearing for entry in _faulty(split.test)}
        assert {entry.fault for entry in _faulty(split.test)} == set(Fault) - {Fault.NORMAL}


def test_cross_machine_never_tests_a_rig_that_it_trained_or_chose_on() -> None:
    splits = PROTOCOLS["cross-machine"].splits(ALL)
    assert len(splits) == 9
    for split in splits:
        seen = {span.entry.rig for span in (*split.train, *split.validation)}
        assert not seen & {span.entry.rig for span in split.test}
        assert split.machines_apart


@pytest.mark.parametrize(("dataset", "protocol"), CASES)
def test_every_other_protocol_tests_machines_that_it_trained_on(dataset: str, protocol: str) -> None:
    assert not any(split.machines_apart for split in _splits(dataset, protocol))


def test_cross_speed_has_the_six_pairs_and_each_speed_left_out() -> None:
    splits = _splits("jnu", "cross-speed")
    assert len(splits) == 9
    for split in splits:
        seen = {span.entry.speed_rpm for span in (*split.train, *split.validation)}
        assert not seen & {span.entry.speed_rpm for span in split.test}


@pytest.mark.parametrize("dataset", ["mfpt", "cwru"])
def test_cross_load_never_tests_a_fault_at_a_load_that_it_was_trained_at(dataset: str) -> None:
    for split in _splits(dataset, "cross-load"):
        seen = {entry.load for entry in _faulty(split.train + split.validation)}
        assert not seen & {entry.load for entry in _faulty(split.test)}, split.name


def test_cross_load_is_also_asked_without_a_fault_at_the_healthy_load() -> None:
    splits = {split.name: split for split in _splits("mfpt", "cross-load")}
    assert "270 lbs" in {entry.load for entry in _faulty(splits["250 lbs"].train)}
    assert "270 lbs" not in {entry.load for entry in _faulty(splits["250 lbs, no fault at 270 lbs"].train)}
    hardest = splits["250 lbs + 300 lbs, no fault at 270 lbs"]
    assert max(float(entry.load.split()[0]) for entry in _faulty(hardest.train)) == 200


def test_cross_load_always_tests_a_healthy_recording_that_it_was_not_trained_on() -> None:
    for split in _splits("mfpt", "cross-load"):
        assert "baseline_3" in {span.entry.name for span in split.test}
        assert "baseline_3" not in {span.entry.name for span in (*split.train, *split.validation)}


def test_by_time_drops_a_gap_between_what_it_learns_and_what_it_tests() -> None:
    (split,) = _splits("jnu", "by-time")
    ends = {
        part: (getattr(split, part)[0].start, getattr(split, part)[0].stop) for part in ("train", "validation", "test")
    }
    assert ends["train"] == (0, pytest.approx(0.595))
    assert ends["validation"] == (pytest.approx(0.63), pytest.approx(0.70))
    assert ends["test"] == (0.75, 1.0)


def test_a_protocol_goes_on_with_the_recordings_that_are_there() -> None:
    here = [entry for entry in DATASETS["mfpt"].entries if not entry.name.endswith("vload_7")]
    (split,) = PROTOCOLS["by-recording"].splits(here)
    assert len(split.test) == 4


def test_a_protocol_that_lacks_what_it_tests_says_so() -> None:
    here = [entry for entry in DATASETS["mfpt"].entries if "vload_5" in entry.name]
    with pytest.raises(DatasetError, match="brinell data list"):
        PROTOCOLS["by-recording"].splits(here)


def test_a_split_that_shares_samples_is_refused() -> None:
    entry = ALL[0]
    other = replace(entry, name="another")
    with pytest.raises(DatasetError, match="train and test share samples"):
        Split("bad", (Span(entry, 0, 0.6),), (Span(other),), (Span(entry, 0.5, 1),))


def test_splits_of_several_datasets_join_into_one() -> None:
    one = joined([*_splits("mfpt", "by-recording"), *_splits("jnu", "by-time")])
    assert {span.entry.rig for span in one.test} == {"mfpt", "jnu"}
