"""Where tests find real recordings, and what happens where there are none."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder that holds `mfpt/`, `jnu/`, `cwru/`: BRINELL_DATA, else `../shared/data`."""
    root = Path(os.environ.get("BRINELL_DATA") or BESIDE_THE_CHECKOUT)
    if not root.is_dir():
        _without(root)
    return root


@pytest.fixture(scope="session")
def recording_file(data_root: Path) -> Callable[[str], Path]:
    """Finds one recording by its path under `data_root`: `recording_file("mfpt/baseline_3.mat")`."""

    def find(name: str) -> Path:
        path = data_root / name
        if not path.is_file():
            _without(path)
        return path

    return find


def _without(path: Path) -> NoReturn:
    """A test that needs real recordings fails in CI and is skipped elsewhere, saying which recording it missed."""
    reason = f"no recording at {path}; set BRINELL_DATA, or fetch with: brinell data fetch"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
