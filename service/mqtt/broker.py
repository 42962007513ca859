"""The connection to the broker: MQTT 5, with a session that the broker keeps while we are away.

It lives in a thread of paho's; all that is heard is told in the event loop.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from service.mqtt.mapping import MessageMapping
from service.settings import MIB, Settings

logger = logging.getLogger(__name__)

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEPALIVE_S = 30
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1, 60
"""Between two tries to connect: doubled from the first to the longest."""

SESSION_S = 30 * 86_400
"""How long the broker keeps the session, and with it what is sent meanwhile."""

LONGEST_TOPIC = 65_535
ONLY_NEW = 1
"""Retained messages come with a new subscription, not again with each connection (MQTT 5, 3.8.3.1)."""


@dataclass(frozen=True, eq=False)
class Arrived:
    """A message, and the connection that it must be acknowledged in."""

    topic: str
    payload: bytes
    qos: int
    mid: int
    connection: int


class Listener(Protocol):
    """Who is told, in the event loop."""

    def connected(self, session_kept: bool) -> None: ...

    def disconnected(self, reason: str) -> None: ...

    def arrived(self, message: Arrived) -> None: ...

    def taken(self, mid: int, refused: str | None) -> None: ...


class Broker:
    """Connects, and connects again, from `start` to `stop`.

    Attributes:
        connected: is it there?
    """

    def __init__(self, settings: Settings, mapping: MessageMapping, listener: Listener) -> None:
        self.connected = False
        self._settings = settings
        self._filters = sorted({source.topic.filter for source in mapping.sources})
        self._status = mapping.status.text
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._connection = 0
        self._refused = False
        self._client = self._made()

    def start(self) -> None:
        """Goes on trying where the broker is not there."""
        url = urlsplit(self._settings.mqtt or "")
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_S
        properties.ReceiveMaximum = self._settings.mqtt_in_flight
        properties.MaximumPacketSize = self._settings.mqtt_message_mib * MIB + LONGEST_TOPIC
        port = url.port or PORTS[url.scheme]
        self._client.connect_async(str(url.hostname), port, KEEPALIVE_S, clean_start=False, properties=properties)
        self._client.loop_start()

    def stop(self) -> None:
        """Says goodbye, with the last will; takes up to a second."""
        self._client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))
        self._client.loop_stop()

    def acknowledge(self, message: Arrived) -> None:
        """The broker may forget it. In a later connection the number may be another message's: it sends it again."""
        if message.qos and message.connection == self._connection:
            self._client.ack(message.mid, message.qos)

    def publish(self, topic: str, payload: bytes) -> int:
        """Retained, QoS 1; the number that `taken` will say."""
        return self._client.publish(topic, payload, qos=1, retain=True).mid

    def _made(self) -> Client:
        settings = self._settings
        client = Client(
            CallbackAPIVersion.VERSION2, settings.mqtt_client, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        if settings.mqtt_user is not None:
            client.username_pw_set(settings.mqtt_user, settings.mqtt_password)
        if urlsplit(settings.mqtt or "").scheme == "mqtts":
            client.tls_set(
                ca_certs=_name(settings.mqtt_ca),
                certfile=_name(settings.mqtt_certificate),
                keyfile=_name(settings.mqtt_key),
            )
        client.will_set(self._status, "offline", qos=1, retain=True)
        client.reconnect_delay_set(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        return client

    def _on_connect(self, client: Client, _: Any, flags: ConnectFlags, reason: ReasonCode, __: Any) -> None:
        self._refused = reason.is_failure
        if reason.is_failure:
            self._tell(self._listener.disconnected, f"the broker refuses the connection: {reason}")
            return
        self._connection += 1
        self.connected = True
        self._tell(self._listener.connected, flags.session_present)
        options = SubscribeOptions(qos=1, retainHandling=ONLY_NEW)
        client.subscribe([(each, options) for each in self._filters])
        client.publish(self._status, "online", qos=1, retain=True)

    def _on_connect_fail(self, _: Client, __: Any) -> None:
        self._tell(self._listener.disconnected, "the broker does not answer, or its certificate is not trusted")

    def _on_disconnect(self, _: Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        self.connected = False
        if not self._refused:  # else it is known why
            self._tell(self._listener.disconnected, f"the connection to the broker has ended: {reason}")

    def _on_subscribe(self, _: Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        refused = [name for name, reason in zip(self._filters, reasons, strict=True) if reason.is_failure]
        if refused:
            logger.error("the broker does not let us subscribe to %s", ", ".join(refused))
            self._tell(self._listener.disconnected, f"the broker does not let us subscribe to {', '.join(refused)}")

    def _on_message(self, _: Client, __: Any, message: MQTTMessage) -> None:
        arrived = Arrived(message.topic, bytes(message.payload), message.qos, message.mid, self._connection)
        self._tell(self._listener.arrived, arrived)

    def _on_publish(self, _: Client, __: Any, mid: int, reason: ReasonCode, ___: Any) -> None:
        self._tell(self._listener.taken, mid, str(reason) if reason.is_failure else None)

    def _tell(self, what: Callable[..., None], *about: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(what, *about)


def _name(file: Path | None) -> str | None:
    return None if file is None else str(file)
