"""`brinell` as a process of its own: training does not reach into the service, and asks it by the command line."""

import os
import subprocess
import sys

from training.retraining.case import RetrainingError


def brinell(*words: str, failed: str, **environment: str) -> str:
    """What the command says.

    Raises:
        RetrainingError: it fails; `failed`, and why in its own words.
    """
    command = [sys.executable, "-m", "brinell", *words]
    run = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    if run.returncode:
        raise RetrainingError(f"{failed}: {run.stderr.strip() or run.stdout.strip()}")
    return run.stdout.strip()
