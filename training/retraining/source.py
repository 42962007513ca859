"""Where labelled recordings come from: a folder, an export, or the store of a service through an export of its own."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from training.lock import locked
from training.retraining.case import Found, RetrainingError
from training.retraining.export import found_in_export
from training.retraining.folder import found_in_folder
from training.retraining.process import brinell

DAYS = 30.0
SCRATCH = ".export"


@dataclass(frozen=True)
class Source:
    """One of `folder`, `export` and `store`.

    Attributes:
        days: before an opening that a finding reaches; None: `DAYS`.
        trusted: a public key, or a folder of them, one of which must have signed the export.
    """

    folder: Path | None = None
    export: Path | None = None
    store: str | None = None
    days: float | None = None
    trusted: Path | None = None

    def found(self, out: Path) -> Found:
        """What it gives; a store is exported into the folder `out`, and the export read and removed.

        Raises:
            RetrainingError: none of them is given, or several, signers without an export, or days with a folder; or the
                store cannot be exported.
            LockError: `out` cannot be written.
        """
        given = [each for each in (self.folder, self.export, self.store) if each is not None]
        if len(given) != 1:
            raise RetrainingError("give one of --folder, --export and --store")
        if self.trusted is not None and self.export is None:
            raise RetrainingError("--trusted says who must have signed an export: it goes with --export alone")
        if self.days is not None and self.folder is not None:
            raise RetrainingError("--days says how far back a finding reaches: labels.csv labels each recording itself")
        if self.folder is not None:
            return found_in_folder(self.folder)
        longest = timedelta(days=DAYS if self.days is None else self.days)
        if self.export is not None:
            return found_in_export(self.export, longest, self.trusted)
        # Not in /tmp, which may be memory; and under one name, so that who is killed again and again fills no disk.
        scratch = out / SCRATCH
        with locked(out / f"{SCRATCH}.lock"):
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(mode=0o700)
            try:
                return found_in_export(self._exported(scratch / "export.zip"), longest)
            finally:
                shutil.rmtree(scratch)

    def _exported(self, to: Path) -> Path:
        assert self.store is not None
        failed = "the store cannot be exported"
        brinell("recordings", "export", str(to), failed=failed, BRINELL_STORE=self.store)
        return to
