"""A champion meets machines that it does not know; what was found on them makes the next version, or does not."""

import dataclasses
import hashlib
import html
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest

from data.fault import FAULTS, Fault
from models.bundle import MODEL, Bundle, check_golden
from models.graph import Graph
from models.parent import parent_of
from tests.service.running import running
from tests.training.retraining.conftest import CHECKOUT, key_file, read_labels, write_labels, write_plant
from training.bundling import bundle
from training.judging import judge_recordings
from training.lock import LockError
from training.loop import WEIGHTS
from training.retraining import rehearsal, report
from training.retraining import retrain as retraining
from training.retraining.attempt import Attempts
from training.retraining.case import RetrainingError
from training.retraining.folder import found_in_folder
from training.retraining.gate import Condition, Gate
from training.retraining.history import earlier, led_here, place
from training.retraining.numbering import settled
from training.retraining.outcome import Outcome
from training.retraining.plan import Plan
from training.retraining.pushing import activate
from training.retraining.retrain import alone, retrain

LONG, SHORT = 5.0, 0.01
"""Minutes: enough for all steps on any machine, and for the fewest."""


def plan_of(champion: Bundle, plant: Path, base: Path | None, minutes: float = LONG) -> Plan:
    return Plan.of(champion, found_in_folder(plant), base, Gate(), minutes)


def flipped(plant: Path, to: Path, share: float, seed: int) -> Path:
    """A copy of `plant` with that share of its labels wrong."""
    shutil.copytree(plant, to)
    rows, rng = read_labels(plant), np.random.default_rng(seed)
    for at in rng.choice(len(rows), round(share * len(rows)), replace=False):
        rows[at]["finding"] = rng.choice([fault for fault in FAULTS if fault != rows[at]["finding"]])
    write_labels(to, rows)
    return to


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def outcome(champion: Bundle, plant: Path, small_root: Path, out: Path) -> Outcome:
    return retrain(plan_of(champion, plant, small_root), out)


def test_a_version_that_answers_what_the_champion_could_not_is_written_whole(outcome: Outcome, out: Path) -> None:
    assert outcome.decision.verdict == "better"
    assert outcome.new.champion.right == 0
    assert outcome.new.challenger.right >= len(outcome.new.pairs) / 2
    assert outcome.new.challenger.wrong == 0
    assert outcome.new.interval[0] > 0
    assert outcome.bundle is not None
    assert outcome.bundle.folder == out / "small" / "1.1.0"
    check_golden(Bundle.load(outcome.bundle.folder))
    assert sorted(path.name for path in out.iterdir()) == [".lock", ".work", "reports", "small"]
    assert not list((out / ".work").iterdir())


def test_the_new_version_says_whose_child_it_is_and_what_it_learned_from(outcome: Outcome, champion: Bundle) -> None:
    assert outcome.bundle is not None
    manifest = outcome.bundle.manifest
    parent = parent_of(Bundle.load(outcome.bundle.folder))
    assert parent is not None
    assert parent.bundle == "small/1.0.0"
    assert parent.sha256 == hashlib.sha256(champion.written).hexdigest()
    assert parent.step == outcome.chosen.step
    assert manifest.protocol.startswith("retrained from small/1.0.0; ")
    taught = {span.entry.rig for span, _ in (*outcome.plan.halves.train, *outcome.plan.halves.choose)}
    assert {each.dataset for each in manifest.training_data} == {"mfpt", *taught}
    assert {figure.rig for figure in manifest.figures} == {"mfpt", *(each.asset for each in outcome.new.pairs)}
    assert "retrained from small/1.0.0" in (outcome.bundle.folder / "README.md").read_text()
    assert parent_of(champion) is None


def test_smaller_steps_were_tried_first_and_were_not_enough(outcome: Outcome) -> None:
    assert [each.step for each in outcome.attempts] == ["calibration", "batch-norm", "head", "all"]
    assert outcome.chosen.score == max(each.score for each in outcome.attempts)
    assert [each.trained > 0 for each in outcome.attempts] == [False, True, True, True]


def test_no_bearing_is_on_both_sides_and_the_test_counts_bearings(outcome: Outcome) -> None:
    halves = outcome.plan.halves
    taught = {(span.entry.rig, span.entry.bearing) for span, _ in (*halves.train, *halves.choose)}
    assert not taught & {each.bearing for each in halves.judge}
    assert {each.name for each in halves.judge} == {pair.name for pair in outcome.new.pairs}
    assert len({(pair.asset, pair.specimen) for pair in outcome.new.pairs}) == 12


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_with_30_of_100_labels_wrong_the_gate_refuses(
    seed: int, champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    wrong = flipped(plant, tmp_path / "plant", 0.3, seed)
    refused = retrain(plan_of(champion, wrong, small_root), tmp_path / "out")
    assert all(each.holds for each in refused.decision.evidence)
    assert refused.decision.verdict == "not better"
    assert refused.bundle is None
    assert not list((tmp_path / "out").glob("small/*"))


class _Untouchable:
    """Stands where recordings were: whoever looks at it fails."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("the judging half was read in fitting")

    __iter__ = __len__ = __getitem__ = lambda self, *_: self.__getattr__("")


@pytest.mark.parametrize("step", ["calibration", "all"])
def test_fitting_never_reads_the_half_that_judges(
    step: str, outcome: Outcome, champion: Bundle, small_root: Path, tmp_path: Path
) -> None:
    halves = dataclasses.replace(outcome.plan.halves, judge=_Untouchable())
    plan = dataclasses.replace(outcome.plan, base=plan_of(champion, write_plant(tmp_path), small_root).base)
    assert plan.base is not None
    plan.base.split = dataclasses.replace(plan.base.split)
    object.__setattr__(plan.base.split, "test", _Untouchable())
    again = Attempts(champion, halves, plan.base, 5, tmp_path / "work").attempt(step)
    before = next(each for each in outcome.attempts if each.step == step)
    assert again.calibration == before.calibration
    assert again.unknown_check == before.unknown_check


def test_two_bearings_a_fault_are_not_enough_evidence(champion: Bundle, small_root: Path, tmp_path: Path) -> None:
    few = write_plant(_made(tmp_path / "plant"), bearings=2)
    outcome = retrain(plan_of(champion, few, small_root, SHORT), tmp_path / "out")
    assert outcome.decision.verdict == "not enough evidence"
    assert outcome.bundle is None


def test_without_the_old_recordings_nothing_shows_what_was_forgotten(
    champion: Bundle, plant: Path, tmp_path: Path
) -> None:
    outcome = retrain(plan_of(champion, plant, None, SHORT), tmp_path)
    assert outcome.decision.verdict == "not enough evidence"
    assert outcome.old is None
    assert [each.holds for each in outcome.decision.evidence] == [True, True, True, True, False]
    old, new = champion.manifest.unknown_check, outcome.chosen.unknown_check
    assert new.means == old.means
    assert (new.usual.features or 0) >= (old.usual.features or 0)


def test_what_fails_changes_nothing(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("no space left on device")

    before = {path: path.read_bytes() for path in champion.folder.iterdir()}
    monkeypatch.setattr(retraining, "bundle", fails)
    with pytest.raises(OSError, match="no space"):
        retrain(plan_of(champion, plant, small_root), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", ".work"]
    assert {path: path.read_bytes() for path in champion.folder.iterdir()} == before


def test_two_do_not_work_in_one_folder(champion: Bundle, plant: Path, small_root: Path, tmp_path: Path) -> None:
    plan = plan_of(champion, plant, small_root)
    with alone(tmp_path), pytest.raises(RetrainingError, match="another retraining is at work"):
        retrain(plan, tmp_path)


def test_a_place_that_cannot_be_written_is_said(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LockError, match="a folder that can be written is wanted"):
        retrain(plan_of(champion, plant, small_root), tmp_path / "file")


def test_the_next_version_is_after_the_champion_and_all_that_are_there(champion: Bundle, tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert settled(champion, tmp_path, work / "a", None) == "1.1.0"
    (tmp_path / "small" / "1.10.0").mkdir(parents=True)
    assert settled(champion, tmp_path, work / "b", None) == "1.11.0"
    assert settled(champion, tmp_path, work / "c", None) == "1.12.0", "b was begun, and is still to be written"
    assert settled(champion, tmp_path, work / "d", None, held=["1.20.0"]) == "1.21.0"


def test_what_was_begun_goes_on_as_the_version_that_it_was_begun_as(champion: Bundle, tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert settled(champion, tmp_path, work / "a", "1.2.0") == "1.2.0"
    (tmp_path / "small" / "1.2.0").mkdir(parents=True)
    assert settled(champion, tmp_path, work / "a", None) == "1.2.0"
    with pytest.raises(RetrainingError, match=r"begun as 1\.2\.0"):
        settled(champion, tmp_path, work / "a", "1.3.0")
    for wanted, why in (("1.2.0", "there is small/1.2.0 already"), ("1.0.0", "already"), ("next", "no version")):
        with pytest.raises(RetrainingError, match=why):
            settled(champion, tmp_path, work / "b", wanted)
    assert not (work / "b").exists()


def test_the_report_tells_the_verdict_the_conditions_and_every_pair(outcome: Outcome, out: Path) -> None:
    page = report.write(outcome, out)
    said = json.loads(place(outcome.plan, out).read_text())
    assert said["verdict"] == "better"
    assert said["bundle"] == "small/1.1.0"
    assert len(said["new"]["pairs"]) == said["new"]["recordings"] == 24
    assert set(said["new"]["faults"]) == set(Fault)
    text = page.read_text()
    assert text.count("<svg") == 6
    assert "<script" not in text
    assert all(html.escape(each.asked) in text for each in outcome.decision.conditions)


def test_a_second_try_on_the_same_recordings_is_counted(outcome: Outcome, out: Path) -> None:
    report.write(outcome, out)
    again = dataclasses.replace(outcome.plan, minutes=LONG + 1)
    assert (earlier(outcome.plan, out), earlier(again, out)) == (0, 1)
    manifest = outcome.plan.champion.manifest.model_copy(update={"version": "1.1.0"})
    of_another_version = dataclasses.replace(again, champion=dataclasses.replace(again.champion, manifest=manifest))
    assert earlier(of_another_version, out) == 1


def test_a_try_that_had_too_little_evidence_to_decide_anything_is_not_counted(outcome: Outcome, tmp_path: Path) -> None:
    undecided = dataclasses.replace(outcome.decision, evidence=(Condition("enough", "no", False),))
    report.write(dataclasses.replace(outcome, decision=undecided), tmp_path)
    assert earlier(dataclasses.replace(outcome.plan, minutes=LONG + 1), tmp_path) == 0


def test_what_is_no_report_is_said_to_be_none(outcome: Outcome, tmp_path: Path) -> None:
    path = place(outcome.plan, tmp_path)
    path.parent.mkdir()
    for content in ("{", "[]", "3", "{}", "\xff"):
        path.write_text(content, encoding="latin-1")
        with pytest.raises(RetrainingError, match=r"is no report of a retraining: .* remove it"):
            earlier(dataclasses.replace(outcome.plan, minutes=LONG + 1), tmp_path)


def test_a_report_that_is_none_is_said_before_anything_is_trained(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "small-0.json").write_text("{")
    with pytest.raises(RetrainingError, match="is no report of a retraining"):
        retrain(plan_of(champion, plant, small_root, SHORT), tmp_path)
    assert not (tmp_path / ".work").exists()


def test_only_the_retraining_that_wrote_a_version_led_to_it(outcome: Outcome, tmp_path: Path) -> None:
    assert outcome.bundle is not None
    of_child = dataclasses.replace(outcome.plan, champion=outcome.bundle)
    report.write(dataclasses.replace(outcome, bundle=None), tmp_path)
    assert led_here(of_child, tmp_path) is None
    report.write(outcome, tmp_path)
    assert led_here(of_child, tmp_path) == place(outcome.plan, tmp_path)


def test_that_nothing_can_be_used_is_said_with_what_was_left_out_and_why(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    rows = read_labels(plant)[:3]
    write_labels(tmp_path, [row | {"finding": "several"} for row in rows[:2]] + [rows[2]])
    with pytest.raises(RetrainingError, match=r"used; 2 left out: several teaches none of .*; 1 left out: .*npy"):
        plan_of(champion, tmp_path, small_root)


def test_a_single_recording_cannot_choose_where_the_old_ones_are_not_at_hand(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path
) -> None:
    few = shutil.copytree(plant, tmp_path / "few")
    write_labels(few, [row for row in read_labels(plant) if row["finding"] == Fault.INNER_RACE][:2])
    assert len(plan_of(champion, few, small_root).halves.choose) == 1
    with pytest.raises(RetrainingError, match=r"too few recordings.* 1 would choose"):
        plan_of(champion, few, None)


def test_the_command_activates_by_a_key_file_knows_what_answers_from_then_on_and_the_way_back_is_one_command(
    outcome: Outcome, champion: Bundle, plant: Path, small_root: Path, out: Path, tmp_path: Path
) -> None:
    report.write(outcome, out)
    shutil.copytree(champion.folder.parent, tmp_path / "bundles" / "small")
    settings = {"bundles": tmp_path / "bundles", "state": tmp_path / "state", "auth": "keys"}
    with running(**settings) as service:
        admin, reader = (key_file(tmp_path, scope) for scope in ("admin", "diagnose"))

        def answering() -> str:
            headers = {"Authorization": f"Bearer {reader.read_text().strip()}"}
            told = httpx2.get(f"{service.url}/v1/models/small/versions", headers=headers).raise_for_status().json()
            return str(next(each["version"] for each in told["versions"] if each["state"] == "active"))

        def commanded(*key: str, found: Path = plant, start: bool = True) -> "subprocess.CompletedProcess[str]":
            command = [
                sys.executable, "brinell.py", "retrain", "--bundle", str(tmp_path / "bundles" / "small"),
                "--folder", str(found), "--base", str(small_root), "--minutes", str(LONG), "--out", str(out),
                "--activate", service.url, *key, *(("--yes",) if start else ()),
            ]  # fmt: skip
            return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=240)

        for key, status in (((), 401), (("--key-file", str(reader)), 403)):
            refused = commanded(*key)
            assert (refused.returncode, answering()) == (1, "1.0.0")
            assert f"({status})" in refused.stderr
        done = commanded("--key-file", str(admin))
        assert "This was tried before" in done.stdout
        assert answering() == "1.1.0"

        again = commanded("--key-file", str(admin))
        assert "Nothing was found since the retraining that small/1.1.0 came of" in again.stdout, again.stderr
        more = write_plant(_made(tmp_path / "more"), bearings=7)
        assert "What was found: small/1.1.0" in commanded(found=more, start=False).stdout

        subprocess.run(done.stdout.rpartition("Back: ")[2], shell=True, check=True, capture_output=True)
        assert answering() == "1.0.0"
        assert "What was found: small/1.0.0" in commanded(found=more, start=False).stdout
        assert "is not again" in commanded("--key-file", str(admin)).stdout
        assert answering() == "1.0.0"


def test_a_version_that_was_compared_with_another_than_answers_is_not_activated(
    outcome: Outcome, champion: Bundle, tmp_path: Path
) -> None:
    assert outcome.bundle is not None
    shutil.copytree(champion.folder.parent, tmp_path / "bundles" / "small")
    bundle(champion.folder, tmp_path / "bundles", "1.0.1")
    with running(bundles=tmp_path / "bundles", state=tmp_path / "state", auth="none") as service:
        with pytest.raises(RetrainingError, match=r"small/1\.0\.1 answers .* compared with small/1\.0\.0"):
            activate(outcome.bundle, service.url, None)
        told = httpx2.get(f"{service.url}/v1/models/small/versions").json()
        assert {each["version"] for each in told["versions"]} == {"1.0.0", "1.0.1"}


def test_the_weights_are_those_of_the_step_that_was_taken(outcome: Outcome, champion: Bundle) -> None:
    assert outcome.bundle is not None
    assert outcome.bundle.content(WEIGHTS) != champion.content(WEIGHTS)


@pytest.mark.slow
def test_where_the_gate_lets_it_a_version_is_written_without_the_old_recordings(
    champion: Bundle, plant: Path, tmp_path: Path
) -> None:
    gate = Gate(without_base=True, most_energy=2.0, most_wrong=0.25)
    plan = Plan.of(champion, found_in_folder(plant), None, gate, LONG)
    outcome = retrain(plan, tmp_path)
    assert outcome.decision.verdict == "better", outcome.decision.conditions
    assert outcome.bundle is not None
    check_golden(Bundle.load(outcome.bundle.folder))


@pytest.mark.slow
def test_without_the_old_recordings_less_is_forgotten_where_the_champions_answers_are_held_on_to(
    champion: Bundle, plant: Path, small_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = plan_of(champion, plant, small_root).base
    assert base is not None
    tested = base.pieces(base.split.test)
    manifest = champion.manifest

    def kept(weight: float) -> float:
        """Of what the champion says of its own test recordings, the part that the new network says too."""
        monkeypatch.setattr(rehearsal, "WEIGHT", weight)
        plan = plan_of(champion, plant, None)
        folder = Attempts(champion, plan.halves, None, LONG, tmp_path / f"{weight}").attempt("all").folder
        graphs = champion.graph, Graph(folder / MODEL)
        said, says = (judge_recordings(each, manifest.front_end, tested, manifest.faults) for each in graphs)
        same = [a.windows.argmax(axis=1) == b.windows.argmax(axis=1) for a, b in zip(said, says, strict=True)]
        return float(np.concatenate(same).mean())

    assert kept(rehearsal.WEIGHT) > kept(0.0)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
