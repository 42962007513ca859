"""Asks a served process what its OpenAPI description allows, and much that it does not, by schemathesis' command line.

    python -m tests.service.conform --max-examples=100     # options go to `schemathesis run`

All of its checks, in all of its phases. The service asks for keys; schemathesis has an administrator's.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from service.settings import Settings
from tests.service.process import ROOT, brinell
from tests.service.running import running

KNOWN = Path(__file__).with_name("schemathesis.toml")
WHOLE = ["--checks=all", "--phases=examples,coverage,fuzzing,stateful", "--generation-database=none"]


def conform(options: Sequence[str], folder: Path) -> int:
    """The exit status of schemathesis.

    Args:
        options: of `schemathesis run`.
        folder: an empty one, for the service's bundles, which are changed, and its store.
    """
    bundles = shutil.copytree(Settings().bundles, folder / "bundles")
    # Keys are asked for as often as the description is wrong about them: no limit of theirs is to be met before.
    asked = {
        "auth": "keys",
        "state": folder,
        "bundles": bundles,
        "requests_per_minute": 1_000_000,
        "guesses_per_minute": 1_000_000,
    }
    with running(**asked) as service:
        command = [Path(sys.executable).with_name("schemathesis"), "--config-file", KNOWN, "run", *WHOLE, *options]
        key = brinell("keys", "api", "schemathesis", "--scope=admin", state=folder)
        return subprocess.call(
            [*command, "--header", f"Authorization: Bearer {key}", f"{service.url}/openapi.json"], cwd=ROOT
        )


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        sys.exit(conform(sys.argv[1:], Path(made)))
