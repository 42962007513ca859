"""A `labels.csv` that is none is refused with its line and what is wrong there."""

from pathlib import Path

import pytest

from training.retraining.case import RetrainingError
from training.retraining.folder import LABELS, found_in_folder

HEADINGS = "file,finding,asset\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("one.npy,inner_race,fan,5", "line 2: a column without a heading: Extra inputs are not permitted"),
        ("one\0.npy,inner_race,fan", "line 2: file: String should match pattern"),
        (f"{'a' * 200_000},inner_race,fan", r"labels\.csv cannot be read: field larger than field limit"),
        ("one.npy,broken,fan", "line 2: finding: Input should be"),
        ("one.npy,inner_race", "line 2: asset: Input should be a valid string"),
    ],
)
def test_a_line_that_is_none_is_said(line: str, why: str, tmp_path: Path) -> None:
    (tmp_path / LABELS).write_text(f"{HEADINGS}{line}\n")
    with pytest.raises(RetrainingError, match=why):
        found_in_folder(tmp_path)


def test_a_file_that_is_not_there_or_lies_outside_is_left_out_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / LABELS).write_text(f"{HEADINGS}none.npy,inner_race,fan\n../one.npy,normal,fan\n")
    found = found_in_folder(tmp_path)
    assert not found.cases
    assert [each.name for each in found.left_out] == ["none.npy", "../one.npy"]
    assert found.left_out[1].reason == "../one.npy lies outside the folder"
