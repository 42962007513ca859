"""Which recordings a run reads, and what is said where a protocol does not fit them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from training.config import ConfigError, Source, TrainingConfig
from training.run import Run
from training.spans import split_of, splits_of


@pytest.mark.parametrize(
    ("dataset", "protocol", "said"),
    [
        ("jnu", "cross-load", "it is for mfpt, cwru"),
        ("mfpt", "by-bearing", "it is for cwru"),
        ("mfpt", "cross-machine", "it is for all"),
        ("mfpt", "by-moon", "there are by-bearing"),
        ("nasa", "by-time", "it is for jnu, cwru"),
    ],
)
def test_a_protocol_that_is_not_for_a_dataset_says_which_it_is_for(
    small_root: Path, dataset: str, protocol: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        splits_of(dataset, protocol, small_root)


def test_a_fold_is_taken_by_its_name_and_a_wrong_name_is_answered_with_those_there_are(small_root: Path) -> None:
    chosen = split_of([Source(dataset="mfpt", protocol="cross-load", split="250 lbs")], small_root)
    assert {span.entry.load for span in chosen.test} == {"250 lbs", "270 lbs"}
    with pytest.raises(ConfigError, match="'250 lbs'"):
        split_of([Source(dataset="mfpt", protocol="cross-load", split="255 lbs")], small_root)


def test_all_rigs_together_can_be_split_by_machine(data_root: Path) -> None:
    assert len(splits_of("all", "cross-machine", data_root)) == 9


def test_a_run_has_another_folder_where_other_recordings_are_there(
    small_root: Path, small_config: Callable[..., TrainingConfig], tmp_path: Path
) -> None:
    fewer = tmp_path / "fewer"
    shutil.copytree(small_root, fewer)
    folders = {Run.under(small_config(), small_root, tmp_path).folder}
    for name in ("InnerRaceFault_vload_1", "OuterRaceFault_3"):  # one that trains, one that tests
        (fewer / "mfpt" / f"{name}.mat").unlink()
        folders.add(Run.under(small_config(), fewer, tmp_path).folder)
    assert len(folders) == 3
