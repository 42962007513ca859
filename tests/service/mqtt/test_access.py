"""A broker that asks who we are, and that shows who it is."""

import subprocess
from pathlib import Path

import pytest

from tests.service.mqtt.broker import Mosquitto, installed
from tests.service.mqtt.plant import plant, wait_for
from tests.service.mqtt.sensors import EXAMPLES, base64_json, noise
from tests.service.process import Process, free_port
from tests.service.store.served import served

MAPPING = EXAMPLES / "base64.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    installed()
    made = tmp_path / "broker"
    made.mkdir()
    (made / "password").write_text("secret\n")
    subprocess.run(["mosquitto_passwd", "-b", "-c", made / "passwords", "brinell", "secret"], check=True)
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", made / "key.pem", "-out", made / "certificate.pem"]
    subprocess.run([*words, *names, *files], check=True, capture_output=True)
    return made


@pytest.fixture
def broker(folder: Path) -> Mosquitto:
    access = f"password_file {folder}/passwords\ncertfile {folder}/certificate.pem\nkeyfile {folder}/key.pem"
    return Mosquitto(folder, access, scheme="mqtts")


def test_with_password_and_certificate_it_connects(broker: Mosquitto, folder: Path, tmp_path: Path) -> None:
    broker.start()
    known = {"mqtt_user": "brinell", "mqtt_password_file": folder / "password", "mqtt_ca": folder / "certificate.pem"}
    try:
        with served(state=tmp_path, mqtt=broker.url, mqtt_mapping=MAPPING, **known) as service:
            wait_for(lambda: service.client.get("/readyz").json()["mqtt"] == "connected")
    finally:
        broker.kill()


def test_what_keeps_it_from_connecting_is_said_while_http_is_answered(
    broker: Mosquitto, folder: Path, tmp_path: Path
) -> None:
    def said(**known: object) -> str:
        with served(state=tmp_path, mqtt=broker.url, mqtt_mapping=MAPPING, **known) as service:
            wait_for(lambda: service.client.get("/readyz").json()["mqtt"] != "not connected yet")
            assert service.ask().status_code == 200
            told: str = service.client.get("/readyz").json()["mqtt"]
            return told

    assert "does not answer" in said()
    broker.start()
    try:
        assert "certificate is not trusted" in said()
        assert "refuses the connection: Not authorized" in said(mqtt_ca=folder / "certificate.pem")
    finally:
        broker.kill()


def test_a_status_or_discovery_that_the_broker_does_not_take_is_logged(folder: Path, tmp_path: Path) -> None:
    (folder / "access").write_text("topic readwrite plant/#\ntopic read brinell/#\ntopic write brinell/pump-7/x\n")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('discovery = "homeassistant"\n' + MAPPING.read_text())
    broker = Mosquitto(folder, f"allow_anonymous true\nacl_file {folder}/access")
    broker.start()
    try:
        with plant(broker) as sensors, served(state=tmp_path, mqtt=broker.url, mqtt_mapping=mapping) as service:
            wait_for(lambda: service.client.get("/readyz").json()["mqtt"] == "connected")
            sensors.send("plant/pump-7/vibration/x", base64_json(noise(), "answered"))
            wait_for(lambda: "answered" in sensors.answers)
            wait_for(lambda: "brinell_mqtt_unpublished 0.0" in service.client.get("/metrics").text)
    finally:
        broker.kill()
    assert service.process.said().count("the broker does not take our status or discovery: Not authorized") == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mqtt": "http://broker"}, "BRINELL_MQTT is 'http://broker'"),
        ({"mqtt": "mqtt://broker"}, "BRINELL_MQTT needs BRINELL_MQTT_MAPPING"),
        ({"mqtt": "mqtt://broker", "mqtt_mapping": MAPPING, "store": "none"}, "BRINELL_MQTT needs a store"),
        ({"mqtt": "mqtt://broker", "mqtt_mapping": __file__}, "error: "),
        ({"mqtt_certificate": __file__}, "BRINELL_MQTT_CERTIFICATE and BRINELL_MQTT_KEY"),
        ({"mqtt": "mqtt://broker", "mqtt_mapping": MAPPING, "mqtt_spool": "/proc/spool"}, "/proc"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(tmp_path: Path, given: dict[str, object], said: str) -> None:
    process = Process(free_port(), state=tmp_path, **given)
    errors = process.said()
    assert process.returncode == 1
    assert said in errors
    assert errors.count("\n") == 1
