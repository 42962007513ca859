"""What the metrics read of the running parts, at the moment they are asked for."""

from functools import partial

from service.alarms.rule import Level
from service.alarms.sender import Sender
from service.metrics import Metrics
from service.queue import Queue
from service.store.nothing import Nothing
from service.store.store import Store


def install(metrics: Metrics, queue: Queue, store: Store | Nothing, sender: Sender | None) -> None:
    """The queue's depth, what the store has taken, refused and written, and who has yet to be told."""
    metrics.watch("queue_waiting", "Requests that wait or are worked on.", lambda: queue.waiting)
    metrics.watch("queue_waiting_bytes", "Held for their bodies.", lambda: queue.waiting_bytes)
    if isinstance(store, Nothing):
        return
    metrics.watch("store_waiting", "Diagnoses in memory that are not stored yet.", lambda: store.waiting)
    metrics.watch("store_stored", "Diagnoses stored since the start.", lambda: store.counts.stored)
    metrics.watch("store_commits", "Transactions that they took.", lambda: store.counts.commits)
    metrics.watch("store_refused", "Diagnoses refused because they could not be stored.", lambda: store.counts.refused)
    metrics.watch("store_written_bytes", "Written to the disk; 0 where unknown.", lambda: store.bytes_written() or 0)
    if sender is None:
        return
    for level in Level:
        metrics.watch("assets", "By where their alarms stand.", partial(sender.standing, level), level=level.value)
    metrics.watch("alarms_waiting", "Messages that are still to be delivered.", lambda: sender.load.waiting)
    metrics.watch("alarms_oldest_seconds", "Age of the oldest of them.", sender.oldest_s)
    metrics.watch("alarms_given_up", "Messages that were too old to be tried again.", lambda: sender.load.given_up)
