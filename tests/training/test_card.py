"""The model card says what is true of the bundle it stands beside, however that was trained."""

from typing import Any

import pytest

from data.fault import Fault
from models.bundle import PRETRAINED, Bundle
from models.manifest import Manifest, MissRate, TrainingData
from models.network import WdcnnConfig, twin
from training.card import card
from training.licence import OF_SIMULATED, licence
from training.spans import SIMULATED

ORDER, TIME, ALIGNED = (Bundle.load(PRETRAINED / name / "1.0.0").manifest for name in ("order", "time", "aligned"))
MACHINES = ALIGNED.training_data


def trained_on(*rigs: str) -> tuple[TrainingData, ...]:
    return tuple(each for each in ORDER.training_data if each.dataset in rigs)


def another(of: Manifest, tested: tuple[str, ...] | None = None, **fields: Any) -> Manifest:
    """A manifest like `of`, with only the figures of the rigs `tested`."""
    kept = tuple(figure for figure in of.figures if tested is None or figure.rig in tested)
    return of.model_copy(update={"figures": kept, **fields})


def told(manifest: Manifest) -> str:
    """The card in one line."""
    return " ".join(card(manifest).split())


CROSS_MACHINE = another(
    ORDER,
    ("mfpt",),
    training_data=trained_on("jnu", "cwru"),
    protocol="all cross-machine",
    miss_rate=MissRate(never_seen=ORDER.miss_rate.same_machine),
)
BY_BEARING = another(ORDER, ("cwru",), training_data=trained_on("cwru"), protocol="cwru by-bearing")
BOTH = another(ORDER, training_data=(*ORDER.training_data, *MACHINES))


def test_trained_on_real_rigs_and_tested_on_another_it_does_not_say_that_machines_were_simulated() -> None:
    text = told(CROSS_MACHINE)
    assert "simulated" not in text
    assert "On real recordings of MFPT, **of which none trained or calibrated it** (all cross-machine)" in text
    assert "bearings are the same" not in text
    assert "other machines, so a confidence may promise too much" in text
    assert "nothing here shows that a fault is known on a bearing never seen" not in text
    assert "are not under the licence of the program" in licence(CROSS_MACHINE)
    assert "CC BY-NC-SA" not in licence(CROSS_MACHINE)


def test_bearings_that_were_left_out_are_not_called_the_same() -> None:
    text = told(BY_BEARING)
    assert "CWRU's faulty bearings are others than in training" in text
    assert "**The bearings are the same" not in text
    assert "on machines that it knows, not on yours" in text
    assert "CWRU has one healthy and 11 faulty bearings (15 if an outer race counts anew at each position)." in text
    assert "MFPT" not in text.partition("## Limits")[2].partition("## Trained on")[0]


def test_simulated_machines_beside_real_ones_are_told_where_they_matter() -> None:
    text = told(BOTH)
    assert "trained and calibrated on simulated machines alone" not in text
    assert "**The bearings are the same as in training**" in text
    assert "simulated ones among them where some were held out" in text
    assert "learned from JNU alone" not in text
    assert "- simulated machines, made by the program" in licence(BOTH)
    assert f"- {SIMULATED}: none" not in licence(BOTH)


def test_the_card_of_simulated_machines_alone_names_the_rigs_that_were_tested() -> None:
    text = told(another(ALIGNED, ("jnu",)))
    assert "On real recordings of JNU. **It was trained and calibrated on simulated machines alone**" in text
    assert "0.028 in bearings, which" not in text
    assert licence(ALIGNED) == OF_SIMULATED


def test_windows_of_the_same_recordings_on_both_sides_are_said_to_flatter() -> None:
    assert "which flatters" in told(another(ORDER, protocol="all random-window"))
    assert "which flatters" not in told(ORDER)


def test_a_network_without_spikes_is_called_so_and_has_one_energy() -> None:
    silent = ORDER.summary.model_copy(update={"firing_rates": {}, "synops": 0.0})
    wdcnn = another(ORDER, network=WdcnnConfig(window_length=1024), summary=silent)
    relu = another(ORDER, network=twin(ORDER.network), summary=silent)
    assert "A network without spikes (WDCNN) that reads" in told(wdcnn)
    assert "A network without spikes (the ReLU twin of MRA-SNN, after arXiv 2408.11067) that reads" in told(relu)
    for each in (wdcnn, relu):
        assert "| spiking |" not in told(each)
        assert "Spikes per neuron" not in told(each)


@pytest.mark.parametrize(
    ("manifest", "found"),
    [
        (another(ORDER, ("jnu",), training_data=trained_on("jnu")), "CWRU"),
        (another(ORDER, ("mfpt", "jnu"), training_data=trained_on("mfpt", "jnu")), "learned from JNU alone"),
        (another(ORDER, summary=ORDER.summary.model_copy(update={"misread": ()})), "CWRU 197"),
        (another(ORDER, training_data=MACHINES), "mostly names a wrong fault"),
        (another(ALIGNED, training_data=trained_on("jnu", "cwru")), "A speed off by 3 % loses"),
        (another(ALIGNED, ("mfpt",)), "JNU"),
    ],
)
def test_what_was_found_of_some_rigs_stands_only_where_they_took_part(manifest: Manifest, found: str) -> None:
    assert any(found in told(shipped) for shipped in (ORDER, ALIGNED))
    assert found not in told(manifest)


def test_jnu_with_a_healthy_recording_is_no_three_fault_problem() -> None:
    healthy = ORDER.figures[0].model_copy(update={"rig": "jnu", "fault": Fault.NORMAL})
    assert "three-fault problem" in told(TIME)
    assert "three-fault problem" not in told(TIME.model_copy(update={"figures": (*TIME.figures, healthy)}))
