"""What the service's tests share: a started service, what it needs, simulated machines, and a talking voice."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

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


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `BRINELL_STATE`, of a service that asks for keys."""
    monkeypatch.setenv("BRINELL_STATE", str(tmp_path))
    monkeypatch.setenv("BRINELL_AUTH", "keys")
    return tmp_path


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of this machine's addresses, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


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
