"""What is taken from a broker when something is taken from us: the broker, the process, the disk.

Every message that was accepted is diagnosed once, none is lost, and none is twice: in the store, and on its topic,
where an answer may come again but never another one.
"""

import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.service.faults import Disk
from tests.service.mqtt.broker import Mosquitto
from tests.service.mqtt.plant import Plant, wait_for
from tests.service.mqtt.sensors import EXAMPLES, base64_json, noise
from tests.service.store.served import Served, served
from tests.service.store.test_faults import fill

Sent = list[Callable[[], bool]]


def settings(broker: Mosquitto, folder: Path, **others: Any) -> dict[str, Any]:
    return {"state": folder, "mqtt": broker.url, "mqtt_mapping": EXAMPLES / "base64.toml"} | others


def publish(sensors: Plant, names: list[str]) -> Sent:
    """A recording of one of four pumps for each name."""
    return [
        sensors.send(f"plant/pump-{pump(name)}/vibration/x", base64_json(noise(number(name)), name)) for name in names
    ]


def number(name: str) -> int:
    return int(name.rpartition("-")[2])


def pump(name: str) -> int:
    return number(name) % 4


def each_is_answered_once(sensors: Plant, service: Served, names: list[str]) -> None:
    """By message id on the answers' topics, and by id in the store."""
    wait_for(lambda: set(names) <= sensors.answers.keys(), 300)
    wait_for(lambda: "brinell_mqtt_unpublished 0.0" in service.client.get("/metrics").text)
    ids = {name: {answer["id"] for answer in answers} for name, answers in sensors.answers.items()}
    assert sorted(ids) == sorted(names)
    assert {name: len(found) for name, found in ids.items()} == dict.fromkeys(names, 1)
    stored = [diagnosis["id"] for diagnosis in service.stored()]
    assert sorted(stored) == sorted(found.pop() for found in ids.values())


def each_stream_is_in_order(sensors: Plant, names: list[str]) -> None:
    """What is retained on each topic is the answer to its latest recording."""
    latest = {pump(name): name for name in names}
    wait_for(lambda: all(name.encode() in sensors.latest[f"brinell/pump-{at}/x"] for at, name in latest.items()))


def kill_again_and_again(broker: Mosquitto, sensors: Plant, folder: Path, count: int, kills: int) -> int:
    """SIGKILLs the service while it works; how often an answer was published again."""
    names = [f"recording-{number}" for number in range(count)]
    chance = random.Random(0)
    share = count // (kills + 1)
    with served(**settings(broker, folder)):  # from now on the broker keeps what comes while it is away
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
    for kill in range(kills):
        sent = publish(sensors, names[kill * share : (kill + 1) * share])
        with served(**settings(broker, folder)) as service:
            goal = kill * share + share // 4
            wait_for(lambda goal=goal: len(sensors.answers) >= goal, 300)
            time.sleep(chance.uniform(0, 0.1))
            service.kill()
        sensors.published(sent)
    with served(**settings(broker, folder)) as service:
        sensors.published(publish(sensors, names[kills * share :]))
        each_is_answered_once(sensors, service, names)
    each_stream_is_in_order(sensors, names)
    return sum(len(answers) - 1 for answers in sensors.answers.values())


def test_a_service_killed_among_100_recordings_diagnoses_each_once(
    broker: Mosquitto, sensors: Plant, tmp_path: Path
) -> None:
    kill_again_and_again(broker, sensors, tmp_path, 100, 2)


@pytest.mark.slow
def test_a_service_killed_again_and_again_among_1000_recordings_diagnoses_each_once(
    broker: Mosquitto, sensors: Plant, tmp_path: Path
) -> None:
    began = time.monotonic()
    again = kill_again_and_again(broker, sensors, tmp_path, 1000, 10)
    print(f"1000 recordings, 10 kills, {time.monotonic() - began:.0f} s, {again} answers published again")


def test_a_broker_killed_among_recordings_comes_back_and_nothing_is_lost_or_twice(
    broker: Mosquitto, sensors: Plant, tmp_path: Path
) -> None:
    names = [f"recording-{number}" for number in range(100)]
    with served(**settings(broker, tmp_path)) as service:
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
        sent = publish(sensors, names)
        for goal in (20, 60):
            wait_for(lambda goal=goal: len(sensors.answers) >= goal)
            broker.kill()
            wait_for(lambda: "connection to the broker has ended" in service.client.get("/readyz").json()["mqtt"])
            assert service.client.get("/readyz").status_code == 200
            broker.start()
        sensors.published(sent)
        each_is_answered_once(sensors, service, names)


def test_a_full_disk_of_the_spool_makes_the_broker_wait_and_nothing_is_lost(
    broker: Mosquitto, sensors: Plant, tmp_path: Path, disk: Disk
) -> None:
    names = [f"recording-{number}" for number in range(100)]
    ballast = disk.folder / "ballast"
    with served(**settings(broker, tmp_path, mqtt_spool=disk.folder / "mqtt.db")) as service:
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
        sensors.published(publish(sensors, names[:20]))
        each_is_answered_once(sensors, service, names[:20])
        fill(ballast)
        sent = [sensors.send("plant/pump-0/vibration/x", base64_json(noise(9), name)) for name in names[20:]]
        sensors.published(sent)
        wait_for(lambda: "disk of the spool is full" in service.client.get("/readyz").json()["mqtt"])
        assert "brinell_mqtt_spool_full 1.0" in service.client.get("/metrics").text
        assert service.ask().status_code == 200  # who asks over HTTP is answered meanwhile
        assert len(sensors.answers) < 100
        ballast.unlink()
        wait_for(lambda: set(names) <= sensors.answers.keys())
        assert service.client.get("/readyz").json()["mqtt"] == "connected"
        assert len(service.stored()) == 101
        assert {len({answer["id"] for answer in answers}) for answers in sensors.answers.values()} == {1}


def test_a_full_spool_takes_no_more_until_there_is_room(broker: Mosquitto, sensors: Plant, tmp_path: Path) -> None:
    names = [f"recording-{number}" for number in range(60)]
    long = noise(1, 40_000)
    with served(**settings(broker, tmp_path, mqtt_spool_mib=1)) as service:
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
        for name in names:
            sensors.send("plant/pump-0/vibration/x", base64_json(long, name))
        wait_for(lambda: "the spool is full" in service.client.get("/readyz").json()["mqtt"])
        wait_for(lambda: set(names) <= sensors.answers.keys())
        assert len(service.stored()) == 60
        assert sensors.latest["brinell/pump-0/x"].find(b"recording-59") > 0


def test_a_message_that_comes_again_is_known_also_after_its_answer_was_published(
    broker: Mosquitto, sensors: Plant, tmp_path: Path
) -> None:
    topic, first = "plant/pump-7/vibration/x", base64_json(noise(1), "first")
    for _ in range(2):
        with served(**settings(broker, tmp_path)) as service:
            wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
            for payload in (first, base64_json(noise(2), "second"), first, first + b" "):
                sensors.send(topic, payload)
            wait_for(lambda: {"first", "second"} <= sensors.answers.keys())
            sensors.send(topic, base64_json(noise(3), "first"))  # the same id for another recording
            wait_for(lambda: service.client.get("/metrics").text.count("brinell_mqtt_waiting 0.0") == 1)
            each_is_answered_once(sensors, service, ["first", "second"])
        wait_for(lambda: sensors.latest.get("brinell/status") == b"offline")
    assert [len(answers) for answers in sensors.answers.values()] == [1, 1]
    with sqlite3.connect(tmp_path / "mqtt.db") as spool:
        [reason] = spool.execute("SELECT reason FROM recordings WHERE state = 'rejected'").fetchone()
    assert reason == "id: another recording of this asset and axis had the same"
