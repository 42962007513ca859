"""Which version of a bundle is in service, by the folder that the service answers from."""

from pathlib import Path

from models.bundle import MANIFEST, versions
from training.retraining.process import brinell


def answering(bundle: Path) -> Path:
    """The folder of the version that answers, where `bundle` holds versions; else `bundle`, which is one.

    Raises:
        RetrainingError: none of them answers, or nobody can tell which.
    """
    if (bundle / MANIFEST).exists() or not versions(bundle):
        return bundle
    bundle = bundle.resolve()
    failed = f"which version of {bundle} answers cannot be told"
    return Path(brinell("bundle", "active", bundle.name, failed=failed, BRINELL_BUNDLES=str(bundle.parent)))
