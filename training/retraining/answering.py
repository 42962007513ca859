"""Which version of a bundle is in service, by the folder that the service answers from."""

import os
import subprocess
import sys
from pathlib import Path

from models.bundle import MANIFEST, versions
from training.retraining.case import RetrainingError


def answering(bundle: Path) -> Path:
    """The folder of the version that answers, where `bundle` holds versions; else `bundle`, which is one.

    By the command line: training does not reach into the service.

    Raises:
        RetrainingError: none of them answers, or nobody can tell which.
    """
    if (bundle / MANIFEST).exists() or not versions(bundle):
        return bundle
    bundle = bundle.resolve()
    command = [sys.executable, "-m", "brinell", "bundle", "active", bundle.name]
    environment = os.environ | {"BRINELL_BUNDLES": str(bundle.parent)}
    asked = subprocess.run(command, env=environment, capture_output=True, text=True)
    if asked.returncode:
        said = asked.stderr.strip() or asked.stdout.strip()
        raise RetrainingError(f"which version of {bundle} answers cannot be told: {said}")
    return Path(asked.stdout.strip())
