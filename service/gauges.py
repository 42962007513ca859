"""What the metrics read of the running parts, at the moment they are asked for."""

from functools import partial

from service import unwaited_log
from service.alarms.rule import Level
from service.alarms.sender import Sender
from service.memory.memory import Memory
from service.metrics import Metrics
from service.queue import Queue
from service.store.nothing import Nothing
from service.store.store import Store


def install(
    metrics: Metrics, queue: Queue, store: Store | Nothing, memory: Memory | None, sender: Sender | None
) -> None:
    """The queue's depth, what store and memory have taken, refused and written, and who has yet to be told."""
    metrics.watch("queue_waiting", "Requests that wait or are worked on.", lambda: queue.waiting)
    metrics.watch("queue_waiting_bytes", "Held for their bodies.", lambda: queue.waiting_bytes)
    metrics.watch("log_lines_dropped", "Because nobody read the log.", unwaited_log.dropped)
    if isinstance(store, Nothing):
        return
    metrics.watch("store_waiting", "Diagnoses in memory that are not stored yet.", lambda: store.waiting)
    metrics.watch("store_stored", "Diagnoses stored since the start.", lambda: store.counts.stored)
    metrics.watch("store_commits", "Transactions that they took.", lambda: store.counts.commits)
    metrics.watch("store_refused", "Diagnoses refused because they could not be stored.", lambda: store.counts.refused)
    metrics.watch("store_over_write_budget", "1 where it writes more than is set.", lambda: store.warning is not None)
    metrics.watch("store_written_bytes", "Written to the disk; 0 where unknown.", lambda: store.bytes_written() or 0)
    if memory is not None:
        _of_memory(metrics, memory)
    if sender is not None:
        _of_alarms(metrics, sender)


def _of_memory(metrics: Metrics, memory: Memory) -> None:
    metrics.watch("ring_bytes", "Signals held in memory.", lambda: memory.ring_bytes)
    metrics.watch("recordings_kept", "Signals written since the start.", lambda: memory.counts.kept)
    metrics.watch("recordings_kept_bytes", "Their files.", lambda: memory.counts.kept_bytes)
    metrics.watch("recordings_retired", "Signals that made room for others.", lambda: memory.counts.retired)
    metrics.watch("recordings_failed", "Signals that could not be written.", lambda: memory.counts.failed)
    metrics.watch("recordings_dropped", "Signals that came too fast to be looked at.", lambda: memory.counts.dropped)


def _of_alarms(metrics: Metrics, sender: Sender) -> None:
    for level in Level:
        metrics.watch("assets", "By where their alarms stand.", partial(sender.standing, level), level=level.value)
    metrics.watch("alarms_waiting", "Messages that are still to be delivered.", lambda: sender.load.waiting)
    metrics.watch("alarms_oldest_seconds", "Age of the oldest of them.", sender.oldest_s)
    metrics.watch("alarms_given_up", "Messages that were too old to be tried again.", lambda: sender.load.given_up)
