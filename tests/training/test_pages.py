"""Every page that a suite writes is rebuilt from its committed raw results, byte for byte."""

from pathlib import Path

import pytest

from training.suites import SUITES


@pytest.mark.parametrize("name", SUITES)
def test_a_committed_page_is_what_its_raw_results_say(name: str, data_root: Path) -> None:
    suite = SUITES[name]
    assert suite.into.exists(), f"run: brinell evaluate --suite {name}"
    page = suite.page(suite.cells(data_root), suite.ledger.results())
    assert suite.into.read_text(encoding="utf-8") == page
