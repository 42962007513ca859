"""A server that runs: where it is, what all its processes have cost, and what memory they hold."""

import http.client
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.process import WorkerError
from benchmarks.runner import MIB
from benchmarks.serving.hosts import Host
from benchmarks.serving.questions import Question

READY_WITHIN_S = 180
ENDS_WITHIN_S = 20
TOLD_BYTES = 400


@dataclass(frozen=True)
class Server:
    """One that answers at `127.0.0.1:port`."""

    port: int
    process: psutil.Process

    def ask(self, question: Question) -> tuple[int, bytes]:
        """Status and body of one answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(question.method, question.path, question.body, question.headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def cpu_s(self) -> float:
        """Processor seconds of all its processes so far; of those that have ended too, where they were waited for."""
        return sum(_each(self, lambda process: sum(process.cpu_times()[:2])))

    def resident_mib(self) -> float:
        """Memory of all its processes; what they share counts once for each."""
        return sum(_each(self, lambda process: process.memory_info().rss)) / MIB


@contextmanager
def running(host: Host, model: Path, question: Question) -> Iterator[Server]:
    """The server, once it has answered the question.

    Raises:
        NotInstalled: its environment could not be made.
        WorkerError: it ended, or did not answer in time.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as told:
        port = _free_port()
        words, variables = host.start_from(Path(folder), port, model)
        process = subprocess.Popen(words, cwd=folder, env=variables, stdout=told, stderr=told)
        server = Server(port, psutil.Process(process.pid))
        try:
            _wait(server, process, question)
            yield server
        except WorkerError as error:
            told.seek(0)
            words = told.read()[-TOLD_BYTES:].decode(errors="replace").split()
            raise WorkerError(f"{error}: {' '.join(words)}") from error
        finally:
            _end(process)


def _wait(server: Server, process: "subprocess.Popen[bytes]", question: Question) -> None:
    began = time.monotonic()
    while time.monotonic() - began < READY_WITHIN_S:
        if process.poll() is not None:
            raise WorkerError(f"it ended with status {process.returncode}")
        try:
            if server.ask(question)[0] == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    raise WorkerError(f"it did not answer within {READY_WITHIN_S} s")


def _end(process: "subprocess.Popen[bytes]") -> None:
    # Kept in hand: a child whose parent goes first is found from nowhere.
    all_of_it = _tree(psutil.Process(process.pid)) if process.poll() is None else []
    process.terminate()
    _, left = psutil.wait_procs(all_of_it, timeout=ENDS_WITHIN_S)
    for each in left:
        each.kill()
    process.wait()


def _tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _each(server: Server, read: Callable[[psutil.Process], float]) -> Iterator[float]:
    for process in _tree(server.process):
        try:
            yield float(read(process))
        except psutil.NoSuchProcess:
            continue


def _free_port() -> int:
    # MLServer takes the two above it as well.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
