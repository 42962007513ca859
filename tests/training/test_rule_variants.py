"""The envelope rule's variants: each reads as the rule it stands for, and a split's recordings choose among them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.envelope_spectrum import EnvelopeLines
from data.errors import NotApplicable
from data.fault import Fault
from data.protocols import Span, Split
from data.recording import Recording
from data.rig import draw_rig, simulate
from models.envelope_rule import EnvelopeRule
from training.suites.recordings import used
from training.suites.rows import RULE
from training.suites.truth import cells as cells_module
from training.suites.truth import variants
from training.suites.truth.altering import SNR_DB
from training.suites.truth.cells import Place, RuleCell
from training.suites.truth.filled import Filled
from training.suites.truth.plan import ELSEWHERE, HEADLINE, reported
from training.suites.truth.raw import Raw
from training.suites.truth.tables import variants as table
from training.suites.truth.variants import SHIPPED, VARIANTS, Variant, chosen, evidence, untested

Said = Callable[[Variant, Recording], Fault | None]


@pytest.fixture
def recording() -> Recording:
    rng = np.random.default_rng(3)
    return simulate(draw_rig(rng), Fault.OUTER_RACE, 3.0, rng)


@pytest.fixture
def official() -> Split:
    (split,) = reported("mfpt", "by-recording")
    return split


def test_the_shipped_rule_comes_first_and_the_others_by_how_much_they_differ() -> None:
    assert SHIPPED.rule == EnvelopeRule()
    assert VARIANTS[0] == SHIPPED
    assert len(set(VARIANTS)) == len({variant.title for variant in VARIANTS}) == 16
    differences = [variant.differences(SHIPPED) for variant in VARIANTS]
    assert differences == sorted(differences)
    assert VARIANTS[1].title == "max, 5 harmonics, whitened, z > 3"


def test_every_variant_reads_as_its_rule_from_lines_read_once_a_spectrum(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [variant.rule.read(recording) for variant in VARIANTS]
    calls, lines = [], EnvelopeRule.lines

    def counted(rule: EnvelopeRule, recording: Recording) -> EnvelopeLines:
        calls.append(rule)
        return lines(rule, recording)

    monkeypatch.setattr(EnvelopeRule, "lines", counted)
    assert [evidence(variant, recording) for variant in (*VARIANTS, *VARIANTS)][:16] == expected
    assert len(calls) == len({(rule.harmonics, rule.whitenings) for rule in calls}) == 4


@pytest.mark.parametrize(("protocol", "dataset"), [*HEADLINE, *ELSEWHERE])
def test_nothing_tested_takes_part_in_the_choice(protocol: str, dataset: str) -> None:
    for split in reported(dataset, protocol):
        spans = untested(split)
        assert [span.entry for span in spans] == list(
            dict.fromkeys(span.entry for span in (*split.train, *split.validation))
        )
        assert not any(span.overlaps(test) for span in spans for test in split.test)


def test_a_rig_never_seen_has_no_part_in_the_choice() -> None:
    for split in reported("all", "cross-machine"):
        assert {span.entry.rig for span in split.test}.isdisjoint(span.entry.rig for span in untested(split))


def choose(split: Split, root: Path, monkeypatch: pytest.MonkeyPatch, said: Said) -> Variant:
    monkeypatch.setattr(variants, "_said", said)
    return chosen(split, root)


def test_a_tie_goes_to_the_shipped_rule_and_then_to_the_nearest(
    official: Split, small_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choose(official, small_root, monkeypatch, lambda variant, each: Fault.INNER_RACE) == SHIPPED

    def averaging_is_right(variant: Variant, each: Recording) -> Fault:
        return each.fault if variant.across == "mean" and each.fault is not None else Fault.ROLLING_ELEMENT

    found = choose(official, small_root, monkeypatch, averaging_is_right)
    assert found == SHIPPED.model_copy(update={"across": "mean"})


def test_states_weigh_alike_however_many_recordings_they_have(
    small_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six recordings of outer races against one healthy one and one of an inner race."""
    of = {fault: [Span(entry) for entry in used("mfpt") if entry.fault is fault] for fault in Fault}
    inner, healthy = of[Fault.INNER_RACE], of[Fault.NORMAL]
    split = Split("lopsided", (*of[Fault.OUTER_RACE][:6], inner[0]), (healthy[0],), (healthy[1],))

    def said(variant: Variant, each: Recording) -> Fault:
        right = (each.fault is Fault.OUTER_RACE) is (variant != VARIANTS[-1])
        return each.fault if right and each.fault is not None else Fault.ROLLING_ELEMENT

    assert choose(split, small_root, monkeypatch, said) == VARIANTS[-1]


def test_recordings_without_a_bearing_leave_nothing_to_choose_by(
    official: Split, small_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = variants.read
    monkeypatch.setattr(
        variants, "read", lambda spans, root: (replace(each, orders=None) for each in read(spans, root))
    )
    with pytest.raises(NotApplicable, match="'official'"):
        chosen(official, small_root)


@pytest.fixture
def cell(official: Split) -> RuleCell:
    return RuleCell(Place(RULE, "by-recording", "mfpt", official))


@pytest.mark.parametrize(("name", "value"), [("VARIANTS", VARIANTS[:8]), ("CHOOSING", variants.CHOOSING + 1)])
def test_a_key_changes_with_the_variants_and_the_way_of_choosing(
    cell: RuleCell, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    before = cell.key
    monkeypatch.setattr(cells_module, name, value)
    assert cell.key != before


def test_a_noisy_cell_reads_with_the_variant_chosen_without_noise(
    cell: RuleCell, small_root: Path, tmp_path: Path
) -> None:
    noisy = replace(cell, place=replace(cell.place, noise=True))
    clean, loud = (Raw.model_validate(each.measure(small_root, tmp_path)) for each in (cell, noisy))
    assert clean.variant == loud.variant == chosen(cell.place.split, small_root)
    assert [each.snr_db for each in loud.reached] == list(SNR_DB)


def test_the_page_names_few_splits_and_counts_many() -> None:
    def rows(protocol: str, dataset: str) -> tuple[tuple[str, ...], ...]:
        asked = [RuleCell(Place(RULE, protocol, dataset, split)) for split in reported(dataset, protocol)]
        kept = {"key": "0" * 16, "name": "n", "cpu_seconds": 1.0}
        chose = (VARIANTS[0], *[VARIANTS[1]] * (len(asked) - 1))
        results = {cell.key: kept | cell.place.raw([], variant=each) for cell, each in zip(asked, chose, strict=True)}
        return table(Filled(asked, results), "").rows

    shipped, lower = VARIANTS[0].title, VARIANTS[1].title
    assert rows("cross-load", "cwru") == (("`cross-load`, CWRU", f"{shipped}: 0 hp; {lower}: 2 hp"),)
    assert rows("cross-speed", "jnu") == (("`cross-speed`, JNU", f"{shipped}: 1 of 9 splits; {lower}: 8 of 9 splits"),)
