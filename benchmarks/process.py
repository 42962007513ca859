"""The measuring process's end of a worker: starts it, asks it, ends it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from data.errors import BrinellError

ROOT = Path(__file__).resolve().parents[1]
ENDS_WITHIN_S = 30
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class WorkerError(BrinellError):
    """What a worker was asked failed, or its process ended; the message says why."""


class Process:
    """A worker that holds an object of the class that `place` ("module:class") names.

    Args:
        threads: of the libraries that read them from the environment.
        arguments: of the object; what JSON holds.

    Raises:
        WorkerError: the object could not be made.
    """

    def __init__(self, place: str, threads: int = 1, /, **arguments: Any) -> None:
        environment = os.environ | dict.fromkeys(THREADS, str(threads))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", place, json.dumps(arguments)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            self._answer()
        except WorkerError:
            self.close()
            raise

    def ask(self, method: str, **arguments: Any) -> Any:
        """What the method gives.

        Raises:
            WorkerError: it raised, or the process has ended.
        """
        assert self._process.stdin is not None
        try:
            print(json.dumps({"ask": method, "with": arguments}), file=self._process.stdin, flush=True)
        except OSError as error:
            raise WorkerError(f"the process ended: {error}") from error
        return self._answer()

    def close(self) -> None:
        """Ends the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(f"the process ended with status {self._process.wait()}")
        said = json.loads(line)
        if "failed" in said:
            raise WorkerError(said["failed"])
        return said["gives"]
