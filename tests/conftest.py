"""Where tests find real recordings, what happens where there are none, and where tested services keep what they do.

The fixtures of `tests.service.faults` (PostgreSQL, a store of each kind, a small disk, a clock that is set) are
imported here, since every folder of tests may ask for them: a session then starts one PostgreSQL.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest
from hypothesis import HealthCheck

import data.home
from tests.service.faults import disk, postgres, postgres_server, store_place, wall_clock  # noqa: F401 (fixtures)

# How long an example takes is the machine's affair, and a folder may serve all examples of a test.
hypothesis.settings.register_profile(
    "brinell", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
hypothesis.settings.load_profile("brinell")

BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def _remembered_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a tested service remembers is no part of what this machine's does; only some tests bring a key."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("BRINELL_STATE", str(tmp_path_factory.mktemp("state")))
        environment.setenv("BRINELL_AUTH", "none")
        yield


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of `mfpt/`, `jnu/`, `cwru/`: BRINELL_DATA, else `../shared/data`, else the fetched recordings."""
    root = data.home.data_root()
    if not os.environ.get("BRINELL_DATA") and BESIDE_THE_CHECKOUT.is_dir():
        root = BESIDE_THE_CHECKOUT
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
