"""Checks a bundle in a process of its own: a graph can bring onnxruntime down, or eat all memory.

python -m service.probe FOLDER      # status 1, with the reason on standard output, where the bundle is bad
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

from models.bundle import RECORDED, Bundle, BundleError, check_golden

SECONDS = 120
MEMORY = 2 << 30
BAD = 1


def probe(folder: Path) -> None:
    """Loads the bundle and runs the golden vectors through each of its graphs, within 120 s and 2 GiB.

    Raises:
        BundleError: it is bad, or brought the process down that tried it.
    """
    words = [sys.executable, "-m", "service.probe", str(folder)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        tried = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise BundleError(folder, f"its golden windows were not done in {SECONDS} s") from None
    if tried.returncode == BAD and tried.stdout:
        raise BundleError(folder, tried.stdout.strip())
    if tried.returncode != 0:
        raise BundleError(folder, f"it brought down the process that tried it (status {tried.returncode})")


def _try(folder: Path) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        bundle = Bundle.load(folder)
        for graph in RECORDED.keys() & bundle.manifest.files.keys():
            check_golden(bundle, graph)
    except BundleError as error:
        print(error.reason)
        return BAD
    return 0


if __name__ == "__main__":
    sys.exit(_try(Path(sys.argv[1])))
