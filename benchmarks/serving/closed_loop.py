"""As many requests as a server answers: each connection asks again as soon as it is answered. By wrk."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process import WorkerError
from benchmarks.serving.questions import Question

WRK = "wrk"
HOW = "wrk is not installed: apt-get install wrk"

# Bodies are read from files: a Lua string would have to escape them.
SCRIPT = """
local requests, at = {}, 0
%s
request = function()
  at = at %% #requests + 1
  return requests[at]
end
done = function(summary)
  local wrong = summary.errors
  io.write(string.format('{"answered": %%d, "seconds": %%f, "failed": %%d}\\n', summary.requests,
    summary.duration / 1e6, wrong.status + wrong.connect + wrong.read + wrong.write + wrong.timeout))
end
"""
READ = "do local file = io.open('{}', 'rb'); requests[#requests + 1] = file:read('*a'); file:close() end"


@dataclass(frozen=True)
class Rush:
    """What came of it; an answer that was not 200 is among both."""

    answered: int
    failed: int
    per_s: float


def rush(port: int, questions: Sequence[Question], connections: int, seconds: float) -> Rush:
    """The questions in turn, over and over.

    Raises:
        WorkerError: wrk is not there, or nothing was answered.
    """
    if shutil.which(WRK) is None:
        raise WorkerError(HOW)
    with tempfile.TemporaryDirectory() as folder:
        script = _script(port, questions, Path(folder))
        words = [WRK, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(script)]
        told = subprocess.run([*words, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=False)
    lines = [line for line in told.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise WorkerError(f"wrk: {told.stderr.strip() or told.stdout.strip()}")
    found = json.loads(lines[-1])
    if not found["answered"]:
        raise WorkerError("wrk: nothing was answered")
    return Rush(found["answered"], found["failed"], found["answered"] / found["seconds"])


def _script(port: int, questions: Sequence[Question], folder: Path) -> Path:
    files = [folder / f"{number}.http" for number in range(len(questions))]
    for file, question in zip(files, questions, strict=True):
        file.write_bytes(question.as_bytes(port))
    script = folder / "ask.lua"
    script.write_text(SCRIPT % "\n".join(READ.format(file) for file in files))
    return script
