"""What the service says about itself: alive, ready, and which models it has."""

from pathlib import Path

from starlette.testclient import TestClient

from data.fault import FAULTS
from service.app import create_app
from service.settings import Settings
from tests.service.asking import FLOAT32, Simulated


def test_without_a_good_bundle_it_is_alive_but_not_ready(tmp_path: Path, simulated: Simulated) -> None:
    with TestClient(create_app(Settings(bundles=tmp_path))) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").status_code == 503
        answer = client.post("/v1/diagnose?rate_hz=48000", content=simulated().samples.tobytes(), headers=FLOAT32)
        assert answer.status_code == 503
        assert "/readyz" in answer.json()["reason"]


def test_models_say_what_they_reach_and_on_what_terms(client: TestClient) -> None:
    models = {model["name"]: model for model in client.get("/v1/models").json()["bundles"]}
    assert {"order", "time"} <= set(models)
    for model in models.values():
        assert model["faults"] == [fault.value for fault in FAULTS]
        assert model["figures"]
        assert model["training_data"]
        assert all(data["licence"] and data["citation"] for data in model["training_data"])
        assert model["front_end"]["kind"] == model["name"]
