"""What the service's tests share: a started service, simulated machines, and a talking voice."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from data.fault import Fault
from data.geometry import Geometry
from data.recording import Recording
from data.rig import draw_rig, simulate
from service.app import create_app
from service.engine import Engine
from service.registry import Registry
from service.settings import Settings
from tests.service.asking import Simulated
from tests.speech import spoken

Samples = NDArray[np.float32]


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The shipped bundles; every one of them must be good."""
    loaded = Registry.load(Settings().bundles)
    assert not loaded.refused
    assert {"aligned", "order", "time"} <= set(loaded.bundles)
    return loaded


@pytest.fixture(scope="session")
def engine(registry: Registry) -> Engine:
    return Engine(registry.bundles)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings())) as started:
        yield started


@pytest.fixture(scope="session")
def simulated() -> Simulated:
    """`simulated(fault, seconds, seed, rate_hz=..., speed_rpm=...)`: a recording of a simulated 6205 bearing."""

    def make(
        fault: Fault = Fault.OUTER_RACE, seconds: float = 2.0, seed: int = 0, *,
        rate_hz: float = 48_000.0, speed_rpm: float = 1800.0,
    ) -> Recording:  # fmt: skip
        rng = np.random.default_rng(seed)
        rig = draw_rig(rng, geometry=Geometry(9, 0.2034), rate_hz=rate_hz, speed_rpm=speed_rpm, snr_db=0.0)
        return simulate(rig, fault, seconds, rng)

    return make


@pytest.fixture(scope="session")
def speech() -> Callable[[float, float, int], Samples]:
    """`speech(seconds, rate_hz, seed)`: glottal pulses of a gliding pitch through formants, hiss, syllables, pauses."""
    return spoken
