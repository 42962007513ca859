"""The folder that the public recordings live in."""

import os
from pathlib import Path

VARIABLE = "BRINELL_DATA"


def data_root() -> Path:
    """`BRINELL_DATA` where it is set, else `~/.cache/brinell/recordings`; it need not exist yet."""
    chosen = os.environ.get(VARIABLE, "").strip()
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "brinell" / "recordings"
