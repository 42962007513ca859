"""How the bridge to the broker fares: for the metrics and for `/readyz`."""

from dataclasses import dataclass

from service.metrics import Metrics


@dataclass
class Condition:
    """Changed by the bridge alone.

    Attributes:
        connection: what is wrong with it; None while it is there.
        spool: why it takes nothing; None while it does.
        accepted: messages that were kept and acknowledged.
        repeated: messages that had been accepted before.
        rejected: messages and recordings that could not be read; the latest are kept in the spool.
        lost: messages of QoS 0 that came while the spool took nothing: nobody sends them again.
        published: answers that the broker has.
        waiting: recordings that are not diagnosed yet.
        unpublished: answers that the broker does not have yet.
        spool_bytes: of messages that are not diagnosed yet.
    """

    connection: str | None = "not connected yet"
    spool: str | None = None
    publishing: str | None = None
    accepted: int = 0
    repeated: int = 0
    rejected: int = 0
    lost: int = 0
    published: int = 0
    waiting: int = 0
    unpublished: int = 0
    spool_bytes: int = 0

    def __str__(self) -> str:
        troubles = [each for each in (self.connection, self.spool, self.publishing) if each is not None]
        return "; ".join(troubles) or "connected"

    def install(self, metrics: Metrics) -> None:
        """Each number as `brinell_mqtt_<name>`."""
        watch = metrics.watch
        watch("mqtt_connected", "Is the broker there?", lambda: self.connection is None)
        watch("mqtt_spool_full", "Does the spool take nothing just now?", lambda: self.spool is not None)
        watch("mqtt_accepted", "Messages kept and acknowledged since the start.", lambda: self.accepted)
        watch("mqtt_repeated", "Messages that had been accepted before.", lambda: self.repeated)
        watch("mqtt_rejected", "Messages and recordings that could not be read.", lambda: self.rejected)
        watch("mqtt_lost", "Messages of QoS 0 that came while the spool took nothing.", lambda: self.lost)
        watch("mqtt_published", "Answers that the broker has taken since the start.", lambda: self.published)
        watch("mqtt_waiting", "Recordings that are not diagnosed yet.", lambda: self.waiting)
        watch("mqtt_unpublished", "Answers that the broker does not have yet.", lambda: self.unpublished)
        watch("mqtt_spool_bytes", "Of messages that are not diagnosed yet.", lambda: self.spool_bytes)
