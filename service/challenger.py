"""The process that the challenger answers in, at the lowest priority: what it costs is taken from no real answer.

    python -m service.challenger FOLDER

A thread would share the interpreter's lock with the real answers. Questions come on standard input, a line of JSON and
then the samples; answers go to standard output, a line each. It ends when its input does.
"""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydantic import BaseModel

from data.fault import Fault
from data.geometry import CharacteristicOrders
from data.recording import Recording
from models.bundle import Bundle
from service.diagnosis import Diagnosis, Verdict
from service.engine import Engine

LOWEST_PRIORITY = 19


class Said(BaseModel, frozen=True):
    """What one bundle said of one recording."""

    verdict: Verdict
    fault: Fault | None

    @classmethod
    def of(cls, diagnosis: Diagnosis) -> "Said":
        """What a diagnosis says."""
        return cls(verdict=diagnosis.verdict, fault=diagnosis.fault)


class Broken(Exception):
    """The process is no more, or does not answer as it should."""


class _Question(BaseModel):
    rate_hz: float
    speed_rpm: float | None
    orders: CharacteristicOrders | None
    samples: int


class Challenger:
    """A bundle that answers in a process of its own."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        words = [sys.executable, "-m", "service.challenger", str(bundle.folder)]
        self._process = subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, recording: Recording) -> Said:
        """What the bundle says of the recording.

        Raises:
            Broken: nothing.
        """
        question = _Question(
            rate_hz=recording.rate_hz,
            speed_rpm=recording.speed_rpm,
            orders=recording.orders,
            samples=recording.samples.size,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(question.model_dump_json().encode() + b"\n")
            self._process.stdin.write(recording.samples.astype("<f4").tobytes())
            self._process.stdin.flush()
            return Said.model_validate_json(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            raise Broken(f"the process of {self.bundle.identity} does not answer: {error}") from error

    def kill(self) -> None:
        """Ends the process, whatever it is at; who is waiting for its answer gets none."""
        self._process.kill()

    def close(self) -> None:
        """Ends the process and all that belongs to it."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not sent yet has nowhere to go
                assert pipe is not None
                pipe.close()


def answer(folder: Path, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answers until the questions end."""
    bundle = Bundle.load(folder)
    engine = Engine({bundle.manifest.name: bundle})
    for line in questions:
        asked = _Question.model_validate_json(line)
        samples = np.frombuffer(questions.read(4 * asked.samples), dtype="<f4")
        recording = Recording(samples, asked.rate_hz, speed_rpm=asked.speed_rpm, orders=asked.orders)
        said = Said.of(engine.diagnose(recording, bundle=bundle.identity))
        answers.write(said.model_dump_json().encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    os.nice(LOWEST_PRIORITY)
    answer(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
