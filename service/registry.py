"""The bundles that the service answers with: those on disk that are whole and right on this processor."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import BrinellError
from models.bundle import Bundle, BundleError, check_golden, versions

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Registry:
    """`bundles` by name, the newest good version of each; `refused`: reason by `name/version`."""

    bundles: Mapping[str, Bundle]
    refused: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path) -> "Registry":
        """Loads and checks `root/<name>/<version>/`; a bad version is refused and the one before it tried."""
        bundles: dict[str, Bundle] = {}
        refused: dict[str, str] = {}
        for folder in _folders(root):
            name = folder.parent.name
            if name in bundles:
                continue
            try:
                bundles[name] = _checked(folder)
            except BundleError as error:
                refused[f"{name}/{folder.name}"] = error.reason
                logger.error("bundle %s/%s is refused: %s", name, folder.name, error.reason)
        return cls(bundles, refused)


class NoSuchBundle(BrinellError):
    """A request forces a bundle that is not loaded."""


def _checked(folder: Path) -> Bundle:
    bundle = Bundle.load(folder)
    if bundle.identity != f"{folder.parent.name}/{folder.name}":
        raise BundleError(folder, f"the manifest says {bundle.identity}")
    check_golden(bundle)
    return bundle


def _folders(root: Path) -> Iterator[Path]:
    """Every `<name>/<version>`, the newest version of a name first."""
    if not root.is_dir():
        return
    for name in sorted(path for path in root.iterdir() if path.is_dir()):
        yield from versions(name)
