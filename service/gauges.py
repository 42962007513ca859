"""What the metrics read of the running parts, at the moment they are asked for."""

from service import unwaited_log
from service.memory.memory import Memory
from service.metrics import Metrics
from service.queue import Queue
from service.store.nothing import Nothing
from service.store.store import Store


def install(metrics: Metrics, queue: Queue, store: Store | Nothing, memory: Memory | None) -> None:
    """The queue's depth, and what the store and the memory have taken, refused and written."""
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
    if memory is None:
        return
    metrics.watch("ring_bytes", "Signals held in memory.", lambda: memory.ring_bytes)
    metrics.watch("recordings_kept", "Signals written since the start.", lambda: memory.counts.kept)
    metrics.watch("recordings_kept_bytes", "Their files.", lambda: memory.counts.kept_bytes)
    metrics.watch("recordings_retired", "Signals that made room for others.", lambda: memory.counts.retired)
    metrics.watch("recordings_failed", "Signals that could not be written.", lambda: memory.counts.failed)
    metrics.watch("recordings_dropped", "Signals that came too fast to be looked at.", lambda: memory.counts.dropped)
