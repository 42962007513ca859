"""An environment for each of the other servers: what one needs, another cannot have beside it."""

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from data.errors import BrinellError

FOLDER = Path.home() / ".cache" / "brinell" / "bench"
DONE = ".installed"


class NotInstalled(BrinellError):
    """An environment could not be made; the message is pip's last line."""


def environment(name: str, packages: Sequence[str], folder: Path = FOLDER) -> Path:
    """The `bin` folder of an environment with these packages and our onnxruntime; made where it is not there.

    Raises:
        NotInstalled: it could not be.
    """
    wanted = [*packages, f"onnxruntime=={version('onnxruntime')}"]
    known = hashlib.sha256("\n".join([sys.version, *wanted]).encode()).hexdigest()[:12]
    place = folder / f"{name}-{known}"
    if not (place / DONE).exists():
        _run(name, sys.executable, "-m", "venv", "--clear", str(place))
        _run(name, str(place / "bin" / "pip"), "install", "--quiet", *wanted)
        (place / DONE).write_text("\n".join(wanted) + "\n")
    return place / "bin"


def _run(name: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise NotInstalled(f"{name} cannot be installed: {(told or ['no reason given'])[-1].strip()[:200]}")
