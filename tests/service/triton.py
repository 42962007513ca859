"""The environment of NVIDIA's own client, which pins what this project pins otherwise: made once, then kept.

It lies in the user's cache; where no package index can be reached, the tests that need it are skipped, and fail in CI.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

CLIENT = "tritonclient[http]==2.73.0"


def python() -> Path:
    """An interpreter that can import tritonclient.http."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "brinell" / "tests"
    home = cache / CLIENT.replace("[", "-").replace("]", "")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        if not (home / "complete").exists():
            _make(home)
    return home / "bin" / "python"


def _make(home: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
    pip = subprocess.run(
        [home / "bin" / "python", "-m", "pip", "install", "--quiet", CLIENT], capture_output=True, text=True
    )
    if pip.returncode:
        reason = f"{CLIENT} cannot be installed: {pip.stderr[-500:]}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    (home / "complete").touch()
