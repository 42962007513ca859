"""Further versions of a shipped bundle, good ones and bad ones, and archives of them."""

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.bundle import PRETRAINED

Change = Callable[[dict[str, Any]], None]


def another(root: Path, name: str, version: str, change: Change = lambda manifest: None) -> Path:
    """A copy of `name/1.0.0` in `root` with another version and whatever `change` does to its manifest."""
    folder = Path(shutil.copytree(root / name / "1.0.0", root / name / version))
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["version"] = version
    change(manifest)
    path.write_text(json.dumps(manifest))
    (folder / "signature.json").unlink(missing_ok=True)
    return folder


def two_versions(root: Path, name: str, change: Change = lambda manifest: None) -> Path:
    """Makes `root` a folder of bundles with nothing but `name/1.0.0` and, with that change, 1.1.0."""
    shutil.copytree(PRETRAINED / name, root / name)
    another(root, name, "1.1.0", change)
    return root


def bolder(manifest: dict[str, Any]) -> None:
    """The same faults, each surer: whoever compares probabilities sees which version it was."""
    manifest["calibration"]["temperature"] *= 0.5


def contrary(manifest: dict[str, Any]) -> None:
    """The same logits, read as other faults."""
    manifest["faults"] = manifest["faults"][1:] + manifest["faults"][:1]


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def tarred(folder: Path, within: str = ".") -> bytes:
    """The folder as `tar cf - -C folder .` packs it, or with its files under `within`."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(folder, within)
    return packed.getvalue()


def everything_in(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
