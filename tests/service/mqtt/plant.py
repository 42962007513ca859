"""Both ends of a broker: sensors that publish, and somebody who writes down every answer."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.service.mqtt.broker import Mosquitto


class Plant:
    """Connected while the broker is there; its session outlives the broker's death.

    Attributes:
        answers: by message id, all that was published.
        latest: by topic, whatever came last.
    """

    def __init__(self, broker: Mosquitto) -> None:
        self.answers: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.latest: dict[str, bytes] = {}
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, "plant", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.max_queued_messages_set(0)
        self._client.on_connect = lambda client, *_: client.subscribe([("brinell/#", 1), ("homeassistant/#", 1)])
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = 3600
        self._client.connect_async("127.0.0.1", broker.port, clean_start=False, properties=session)
        self._client.loop_start()
        assert self._subscribed.wait(10)

    def send(self, topic: str, payload: bytes, qos: int = 1) -> Callable[[], bool]:
        """Whether the broker has it can be asked for afterwards."""
        return self._client.publish(topic, payload, qos=qos).is_published

    def published(self, sent: list[Callable[[], bool]]) -> None:
        """Waits until the broker has taken all of it."""
        wait_for(lambda: all(taken() for taken in sent))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _: Client, __: Any, message: Any) -> None:
        self.latest[message.topic] = message.payload
        if message.topic.startswith("brinell/") and message.topic != "brinell/status":
            answer = json.loads(message.payload)
            self.answers[answer["message_id"]].append(answer)


@contextmanager
def plant(broker: Mosquitto) -> Iterator[Plant]:
    made = Plant(broker)
    try:
        yield made
    finally:
        made.close()


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
