"""Tells Home Assistant, and whoever else reads its MQTT discovery, of each axis as soon as it has an answer.

https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery: a retained JSON on
`<prefix>/sensor/<id>/config` says which topic a sensor is read from, and how.
"""

import hashlib
import json
from collections.abc import Iterator

from service.mqtt.mapping import MessageMapping
from service.mqtt.spool import Answer

FAULT = "{{ value_json.fault or value_json.verdict }}"


class Discovery:
    """Announces each axis once, with its first answer; nothing where the mapping does not say `discovery`."""

    def __init__(self, mapping: MessageMapping) -> None:
        self._prefix = mapping.discovery
        self._status = mapping.status.text
        self._known: set[str] = set()

    def of(self, answer: Answer) -> Iterator[Answer]:
        """What is to be published besides the answer, retained as it is."""
        if self._prefix is None or answer.topic in self._known:
            return
        self._known.add(answer.topic)
        said = json.loads(answer.payload)
        asset, axis = said["asset"], said["axis"]
        # Names may hold what an id there must not.
        identity = hashlib.sha256(answer.topic.encode()).hexdigest()[:16]
        sensor = {
            "name": f"Bearing, {axis}",
            "unique_id": f"brinell-{identity}",
            "state_topic": answer.topic,
            "value_template": FAULT,
            "json_attributes_topic": answer.topic,
            "availability_topic": self._status,
            "device": {"identifiers": [f"brinell-{asset}"], "name": asset, "manufacturer": "Brinell"},
        }
        yield Answer(f"{self._prefix}/sensor/brinell-{identity}/config", json.dumps(sensor).encode())
