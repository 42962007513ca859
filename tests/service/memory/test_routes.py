"""Signals that are kept, and what people found, over HTTP."""

import hashlib
import io
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.service.memory.plant import ASSET, FLOAT32, SAMPLES, ask, kept, say


def test_a_signal_that_is_asked_for_is_kept_listed_fetched_and_deleted(client: TestClient) -> None:
    ask(client)
    ask(client)
    ask(client, keep=True)
    first, second = kept(client)[1], kept(client)[0]
    assert (len(kept(client)), "daily" in first["why"], second["why"][0]) == (2, True, "asked")
    diagnosis = client.get(f"/v1/diagnoses/{second['id']}").json()
    assert second["answer"]["verdict"] == diagnosis["verdict"]
    assert second["speed_rpm"] == 1480
    as_npy = client.get(f"/v1/recordings/{second['id']}")
    assert np.array_equal(np.load(io.BytesIO(as_npy.content), allow_pickle=False), SAMPLES)
    assert hashlib.sha256(as_npy.content).hexdigest() == second["sha256"]
    import soundfile

    samples, rate = soundfile.read(
        io.BytesIO(client.get(f"/v1/recordings/{second['id']}?format=wav").content), dtype="float32"
    )
    assert np.array_equal(samples, SAMPLES)
    assert rate == 12_800
    assert client.delete(f"/v1/recordings/{second['id']}").status_code == 204
    assert client.delete(f"/v1/recordings/{second['id']}").status_code == 404
    assert client.get(f"/v1/recordings/{second['id']}").status_code == 404
    assert [each["id"] for each in kept(client)] == [first["id"]]


def test_a_request_that_comes_again_is_remembered_once(client: TestClient) -> None:
    for _ in range(2):
        answer = client.post(
            "/v1/assets/fan/diagnose", params={"rate_hz": 12_800, "keep": True}, content=SAMPLES.tobytes(),
            headers=FLOAT32 | {"Idempotency-Key": "once"},
        )  # fmt: skip
        assert answer.status_code == 200
    ask(client)
    assert len(kept(client)) == 1


def test_feedback_is_added_to_and_corrected_and_never_changed(client: TestClient) -> None:
    first = say(client, note="pitted over 2 cm")
    assert say(client, note="pitted over 2 cm")["id"] == first["id"]
    second = say(client, finding="inner_race", corrects=first["id"])
    assert say(client, 409, finding="normal", corrects=first["id"])["field"] == "corrects"
    listed = client.get("/v1/feedback?asset=fan").json()["feedback"]
    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    assert [each["corrected_by"] for each in listed] == [None, second["id"]]
    page = client.get("/v1/feedback?limit=1").json()
    assert client.get("/v1/feedback", params={"limit": 1, "cursor": page["next"]}).json()["feedback"] == listed[1:]


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"asset": "nobody"}, 404, "asset"),
        ({"finding": "loose"}, 422, "finding"),
        ({"opened": "2062-01-01T00:00:00Z"}, 422, "opened"),
        ({"opened": "2026-11-24 08:00"}, 422, "opened"),
        ({"by": ""}, 422, "by"),
        ({"note": "x" * 2001}, 422, "note"),
        ({"diagnosis": "0" * 16}, 422, "diagnosis"),
        ({"corrects": "0" * 16}, 422, "corrects"),
        ({"label": "inner_race"}, 422, "label"),
    ],
)
def test_feedback_that_cannot_be_is_refused_with_the_field(
    client: TestClient, given: dict[str, Any], status: int, field: str
) -> None:
    assert say(client, status, **given)["field"] == field
    assert client.get("/v1/feedback").json()["feedback"] == []


def test_feedback_about_another_machines_diagnosis_is_refused(client: TestClient) -> None:
    client.post("/v1/assets", json=ASSET | {"id": "pump"})
    ask(client)
    diagnosis = client.get("/v1/diagnoses?asset=fan").json()["diagnoses"][0]["id"]
    assert "is about fan" in say(client, 422, asset="pump", diagnosis=diagnosis)["reason"]
    assert say(client, diagnosis=diagnosis)["diagnosis"] == diagnosis
