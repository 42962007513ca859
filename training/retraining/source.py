"""Where labelled recordings come from: a folder, an export, or the store of a service through an export of its own."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from training.retraining.case import Found, RetrainingError
from training.retraining.export import found_in_export
from training.retraining.folder import found_in_folder


@dataclass(frozen=True)
class Source:
    """One of `folder`, `export` and `store`; `days` before an opening that a finding reaches; `trusted` signers."""

    folder: Path | None = None
    export: Path | None = None
    store: str | None = None
    days: float = 30.0
    trusted: Path | None = None

    def found(self) -> Found:
        """What it gives.

        Raises:
            RetrainingError: none of them is given, or several, or signers without an export; or the store cannot be
                exported.
        """
        given = [each for each in (self.folder, self.export, self.store) if each is not None]
        if len(given) != 1:
            raise RetrainingError("give one of --folder, --export and --store")
        if self.trusted is not None and self.export is None:
            raise RetrainingError("--trusted says who must have signed an export: it goes with --export alone")
        if self.folder is not None:
            return found_in_folder(self.folder)
        longest = timedelta(days=self.days)
        if self.export is not None:
            return found_in_export(self.export, longest, self.trusted)
        with tempfile.TemporaryDirectory() as scratch:
            return found_in_export(self._exported(Path(scratch) / "export.zip"), longest)

    def _exported(self, to: Path) -> Path:
        """By the command line: training does not reach into the service."""
        assert self.store is not None
        command = [sys.executable, "-m", "brinell", "recordings", "export", str(to)]
        made = subprocess.run(command, env=os.environ | {"BRINELL_STORE": self.store}, capture_output=True, text=True)
        if made.returncode:
            raise RetrainingError(f"the store cannot be exported: {made.stderr.strip() or made.stdout.strip()}")
        return to
