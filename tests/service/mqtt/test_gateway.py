"""What a gateway's broker, as it is configured in docker/mosquitto, keeps for a service that is away."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.service.mqtt.broker import Mosquitto, installed
from tests.service.mqtt.plant import wait_for

DOCKER = Path(__file__).resolve().parents[3] / "docker"
SHIPPED = (DOCKER / "mosquitto" / "mosquitto.conf").read_text()
LIMITS = {name: int(value) for name, value in re.findall(r"^(max_\w+) (\d+)$", SHIPPED, re.M)}
[MEMORY_MIB] = map(
    int, re.findall(r"eclipse-mosquitto.*?mem_limit: (\d+)m", (DOCKER / "compose.yaml").read_text(), re.S)
)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    installed()
    configuration = SHIPPED + "{user}\n"
    for there in ("/mosquitto/data", "/mosquitto/config", "/run/secrets"):
        configuration = configuration.replace(there, str(tmp_path))
    shutil.copy(DOCKER / "mosquitto" / "access", tmp_path)
    (tmp_path / "mosquitto_passwords").write_text("brinell:service\nplant:sensor\n")
    subprocess.run(["mosquitto_passwd", "-U", tmp_path / "mosquitto_passwords"], check=True)
    made = Mosquitto(tmp_path, configuration=configuration)
    listener = (DOCKER / "mosquitto" / "plain.conf").read_text()
    (tmp_path / "listener").mkdir()
    (tmp_path / "listener" / "listener.conf").write_text(listener.replace("1883", str(made.port)))
    made.start()
    yield made
    made.kill()


@contextmanager
def connected(broker: Mosquitto, user: str, password: str, **callbacks: Any) -> Iterator[Client]:
    """With a session that the broker keeps."""
    client = Client(CallbackAPIVersion.VERSION2, user, protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(user, password)
    for name, told in callbacks.items():
        setattr(client, name, told)
    session = Properties(PacketTypes.CONNECT)
    session.SessionExpiryInterval = 3600
    client.connect("127.0.0.1", broker.port, clean_start=False, properties=session)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


@contextmanager
def service(broker: Mosquitto) -> Iterator[list[bytes]]:
    """What it hears."""
    heard: list[bytes] = []
    subscribed = threading.Event()
    with connected(
        broker,
        "brinell",
        "service",
        on_connect=lambda client, *_: client.subscribe("plant/#", 1),
        on_subscribe=lambda *_: subscribed.set(),
        on_message=lambda _, __, message: heard.append(message.payload),
    ):
        assert subscribed.wait(10)
        yield heard


def send(broker: Mosquitto, numbers: range, size: int) -> None:
    """The broker has taken all of it afterwards."""
    taken = threading.Semaphore(100)
    with connected(broker, "plant", "sensor", on_publish=lambda *_: taken.release()) as sensor:
        for number in numbers:
            assert taken.acquire(timeout=30)
            sent = sensor.publish("plant/pump-7/vibration/x", b"%08d" % number + bytes(size - 8), qos=1)
        sent.wait_for_publish(30)


@pytest.mark.parametrize(("size", "count"), [(260_000, 600), (20, 15_000)])
def test_what_waits_for_the_service_stays_within_the_brokers_memory_also_over_a_restart(
    broker: Mosquitto, size: int, count: int
) -> None:
    with service(broker):
        pass
    for first in (0, count):
        send(broker, range(first, first + count), size)
        assert broker.process is not None
        process = psutil.Process(broker.process.pid)
        memory_mib, written = process.memory_info().rss / (1 << 20), process.io_counters().write_chars
        print(f"{count} messages of {size} bytes: {memory_mib:.0f} MiB, {written / 1e6:.1f} MB written")
        assert memory_mib < 0.6 * MEMORY_MIB
        assert written < LIMITS["max_queued_bytes"] / 10
        broker.stop()
        broker.start()
    most = min(LIMITS["max_queued_messages"], -(-LIMITS["max_queued_bytes"] // size))
    assert most < count
    with service(broker) as heard:
        wait_for(lambda: len(heard) >= most)
        send(broker, range(2 * count, 2 * count + 1), size)
        wait_for(lambda: len(heard) >= most + 1)
    assert [int(each[:8]) for each in heard] == [*range(most), 2 * count]


def test_what_the_service_would_not_take_does_not_wait_for_it(broker: Mosquitto) -> None:
    with service(broker) as heard:
        told: list[Any] = []
        with connected(broker, "plant", "sensor", on_disconnect=lambda *about: told.append(about[3])) as sensor:
            sensor.publish("plant/pump-7/vibration/x", bytes(LIMITS["max_packet_size"]), qos=1)
            wait_for(lambda: bool(told))
        send(broker, range(1), 20)
        wait_for(lambda: bool(heard))
    assert len(heard[0]) == 20
