"""A log that nobody waits for: who reads it may stop reading, and the service must not stop with it.

Lines go through a queue to a thread that writes them. Where the queue is full they are dropped and counted, and the
log says how many once there is room again.
"""

import copy
import logging
import os
import time
from contextlib import suppress
from logging.handlers import QueueHandler, QueueListener
from queue import Full, Queue

CAPACITY = 10_000
"""Lines, some MB: what a busy service says in some seconds."""

CLOSE_S = 2.0
"""How long the end of the process waits for what is not written."""

STDERR = 2
TRACEBACKS = logging.Formatter()


class Unwaited(QueueHandler):
    """Writes to the standard error, some time.

    Attributes:
        dropped: lines, so far.
    """

    def __init__(self) -> None:
        self._lines: Queue[logging.LogRecord] = Queue(CAPACITY)
        super().__init__(self._lines)
        self.dropped = 0
        self._untold = 0
        self._writer = _Stderr()
        self._listener = QueueListener(self.queue, self._writer)
        self._listener.start()

    def setFormatter(self, fmt: logging.Formatter | None) -> None:  # noqa: N802 (logging's name)
        """Lines are formatted by the thread that writes them."""
        self._writer.setFormatter(fmt)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """With its words as they are now: what it names may change before it is written."""
        prepared = copy.copy(record)
        prepared.msg, prepared.args = record.getMessage(), None
        if record.exc_info:  # a traceback holds all that the error came through: signals, of as many errors as wait
            prepared.exc_text, prepared.exc_info = TRACEBACKS.formatException(record.exc_info), None
        return prepared

    def enqueue(self, record: logging.LogRecord) -> None:
        """Never waits."""
        try:
            if self._untold:
                self._lines.put_nowait(self._about_dropped())
                self._untold = 0
            self._lines.put_nowait(record)
        except Full:
            self.dropped += 1
            self._untold += 1

    def close(self) -> None:
        """Waits for what is not written, but not for ever."""
        until = time.monotonic() + CLOSE_S
        while self._lines.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.01)
        super().close()

    def _about_dropped(self) -> logging.LogRecord:
        told = f"{self._untold} lines of the log were dropped: nobody read it"
        return logging.LogRecord(__name__, logging.WARNING, __file__, 0, told, None, None)


class _Stderr(logging.Handler):
    """Writes by the system's own call: at its end the interpreter would wait for the lock of `sys.stderr`."""

    def createLock(self) -> None:  # noqa: N802 (logging's name)
        """Only one thread writes, and nobody is to wait for it."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        left = f"{self.format(record)}\n".encode(errors="backslashreplace")
        with suppress(OSError):  # nobody is there to be told
            while left:
                left = left[os.write(STDERR, left) :]


def dropped() -> int:
    """Lines of the root logger that were not written."""
    return sum(handler.dropped for handler in logging.getLogger().handlers if isinstance(handler, Unwaited))
