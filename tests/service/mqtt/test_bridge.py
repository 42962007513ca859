"""A real broker, the real service, and sensors that do not speak its format."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from service.mqtt.piece import Piece
from service.mqtt.spool import Spool
from tests.service.mqtt import sensors as payloads
from tests.service.mqtt.broker import Mosquitto
from tests.service.mqtt.plant import Plant, wait_for
from tests.service.mqtt.sensors import EXAMPLES, noise
from tests.service.store.served import served


@pytest.mark.parametrize("shape", ["array", "base64", "chunks"])
def test_a_payload_that_is_not_ours_is_diagnosed_by_configuration_alone(
    broker: Mosquitto, sensors: Plant, tmp_path: Path, shape: str
) -> None:
    messages, topic, answers_to = {
        "array": (
            [payloads.array(noise(1), noise(2))],
            "site/A4C138/vibration",
            ("mill-3.fan.de/x", "mill-3.fan.de/y"),
        ),
        "base64": ([payloads.base64_json(noise(1))], "plant/pump-7/vibration/x", ("pump-7/x",)),
        "chunks": (payloads.chunks(noise(1))[::-1], "raw/gearbox-2/z/wave", ("gearbox-2/z",)),
    }[shape]
    mapping = EXAMPLES / f"{shape}.toml"
    with served(state=tmp_path, mqtt=broker.url, mqtt_mapping=mapping) as service:
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
        for message in messages:
            sensors.send(topic, message)
        wait_for(lambda: all(f"brinell/{name}" in sensors.latest for name in answers_to))
        for name in answers_to:
            answer = json.loads(sensors.latest[f"brinell/{name}"])
            stored = service.client.get(f"/v1/diagnoses/{answer['id']}").json()
            assert (answer["asset"], answer["axis"]) == tuple(name.split("/"))
            assert {field: answer[field] for field in ("verdict", "fault", "confidence", "message", "warnings")} == {
                field: stored[field] for field in ("verdict", "fault", "confidence", "message", "warnings")
            }
            assert stored["signal"]["speed_rpm"] == pytest.approx(1480)
            assert stored["signal"]["rate_hz"] == payloads.RATE_HZ
            assert stored["signal"]["samples"] == 3000
        assert service.client.get("/readyz").json()["mqtt"] == "connected"
    wait_for(lambda: sensors.latest["brinell/status"] == b"offline")


def test_a_registered_asset_is_asked_about(broker: Mosquitto, sensors: Plant, tmp_path: Path) -> None:
    pump = {
        "id": "pump-7",
        "machine": "Pump 7",
        "point": "drive end",
        "axes": [{"name": "x"}],
        "bearing": "NICE",
        "speed": {"kind": "given"},
    }
    with served(state=tmp_path, mqtt=broker.url, mqtt_mapping=EXAMPLES / "base64.toml") as service:
        service.client.post("/v1/assets", json=pump).raise_for_status()
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
        sensors.send("plant/pump-7/vibration/x", payloads.base64_json(noise(1), "known"))
        sensors.send("plant/pump-7/vibration/z", payloads.base64_json(noise(2), "no such axis"))
        sensors.send("plant/pump-7/vibration/x", payloads.base64_json(noise(3), "known too"))
        wait_for(lambda: {"known", "known too"} <= sensors.answers.keys())
        stored = service.client.get("/v1/diagnoses", params={"asset": "pump-7"}).json()["diagnoses"]
        assert {each["id"] for each in stored} == {sensors.answers[name][0]["id"] for name in ("known", "known too")}
        newest = service.client.get(f"/v1/diagnoses/{stored[0]['id']}").json()
        assert any("NICE" in warning for warning in newest["warnings"]), newest["warnings"]
        published = next(each[0] for each in sensors.answers.values() if each[0]["id"] == newest["id"])
        assert published["level"] == stored[0]["level"] == newest["combined"]["level"]
        assert published["advice"] == newest["combined"]["advice"]
        assert "no such axis" not in sensors.answers


def test_the_answer_says_the_speed_that_was_used(broker: Mosquitto, sensors: Plant, tmp_path: Path) -> None:
    fan = {"id": "fan-1", "machine": "Fan 1", "point": "drive end", "axes": [{"name": "x"}], "bearing": "NICE"}
    with served(state=tmp_path, mqtt=broker.url, mqtt_mapping=EXAMPLES / "base64.toml") as service:
        service.client.post("/v1/assets", json=fan | {"speed": {"kind": "fixed", "rpm": 1500}}).raise_for_status()
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
        sensors.send("plant/fan-1/vibration/x", payloads.base64_json(noise(1), "fixed"))
        sensors.send("plant/pump-7/vibration/x", payloads.base64_json(noise(1), "the mapping's"))
        sensors.send("plant/pump-8/vibration/x", payloads.base64_json(noise(1), "not known"))
        wait_for(lambda: {"fixed", "the mapping's", "not known"} <= sensors.answers.keys())
    said = {name: answers[0]["speed_rpm"] for name, answers in sensors.answers.items()}
    assert said == {"fixed": 1500, "the mapping's": 1480, "not known": None}


def test_a_message_that_a_wrong_mapping_rejected_is_read_by_the_mended_one(
    broker: Mosquitto, sensors: Plant, tmp_path: Path
) -> None:
    mapping, right = tmp_path / "mapping.toml", (EXAMPLES / "base64.toml").read_text()
    for told, rejected in ((right.replace("/lsb_g", "/lsb"), 1), (right, 0)):
        mapping.write_text(told)
        with served(state=tmp_path, mqtt=broker.url, mqtt_mapping=mapping) as service:
            wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
            sensors.send("plant/pump-7/vibration/x", payloads.base64_json(noise(1), "sent again"))
            wait_for(lambda rejected=rejected: rejected or "sent again" in sensors.answers)
            page = f"brinell_mqtt_rejected {rejected}.0"
            wait_for(lambda service=service, page=page: page in service.client.get("/metrics").text)
        wait_for(lambda: sensors.latest["brinell/status"] == b"offline")


def test_a_spool_that_cannot_be_read_at_the_start_is_said_and_tried_again(broker: Mosquitto, tmp_path: Path) -> None:
    file = tmp_path / "mqtt.db"
    with Spool.open(file) as spool:
        spool.accept([Piece("topic", b"payload", "source", "pump/x")])
    with closing(sqlite3.connect(file, isolation_level=None)) as beside:
        beside.execute("UPDATE recordings SET stream = CAST(x'ff' AS TEXT)")  # no UTF-8
        with served(state=tmp_path, mqtt=broker.url, mqtt_mapping=EXAMPLES / "base64.toml") as service:
            wait_for(lambda: "the spool gives errors" in service.client.get("/readyz").json()["mqtt"])
            beside.execute("UPDATE recordings SET stream = 'pump/x'")
            wait_for(lambda: service.client.get("/readyz").json()["mqtt"] == "connected")


def test_what_cannot_be_read_is_acknowledged_counted_and_kept_with_its_reason(
    broker: Mosquitto, sensors: Plant, tmp_path: Path
) -> None:
    settings = {"state": tmp_path, "mqtt": broker.url, "mqtt_mapping": EXAMPLES / "base64.toml"}
    bad = {"no json": b"\xff{", "no samples": b"{}", "too short": payloads.base64_json(np.zeros(3, np.float32))}
    with served(**settings) as service:
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
        for payload in bad.values():
            sensors.send("plant/pump-7/vibration/x", payload)
        sensors.send("plant/pump 8/vibration/x", payloads.base64_json(noise(3)))
        sensors.send("plant/pump-7/vibration/x", payloads.base64_json(noise(4), "good"))
        wait_for(lambda: "good" in sensors.answers)
        page = service.client.get("/metrics").text
        assert "brinell_mqtt_rejected 4.0" in page
        assert "brinell_mqtt_accepted 4.0" in page
        assert len(service.stored()) == 1


def test_home_assistant_is_told_of_each_axis_and_how_to_read_its_answers(
    broker: Mosquitto, sensors: Plant, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('discovery = "homeassistant"\n' + (EXAMPLES / "base64.toml").read_text())
    with served(state=tmp_path, mqtt=broker.url, mqtt_mapping=mapping) as service:
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
        for axis, name in (("x", "first"), ("x", "second"), ("y", "third")):
            sensors.send(f"plant/pump-7/vibration/{axis}", payloads.base64_json(noise(len(name)), name))
        wait_for(lambda: {"first", "second", "third"} <= sensors.answers.keys())
        wait_for(lambda: "brinell_mqtt_unpublished 0.0" in service.client.get("/metrics").text)
        told = [json.loads(said) for topic, said in sensors.latest.items() if topic.startswith("homeassistant/")]
    assert sorted(each["state_topic"] for each in told) == ["brinell/pump-7/x", "brinell/pump-7/y"]
    assert len({each["unique_id"] for each in told}) == 2
    for each in told:
        assert each["availability_topic"] in sensors.latest
        assert each["device"]["name"] == "pump-7"
        assert {"fault", "verdict"} <= json.loads(sensors.latest[each["state_topic"]]).keys()
