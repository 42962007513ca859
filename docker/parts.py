"""Prints the ten largest parts of an image: run by its own Python, from standard input, with the bytes of the base."""

import os
import sys
from collections import Counter
from pathlib import Path

BASE_BYTES = int(sys.argv[1])
PACKAGES = next(Path("/opt/brinell/lib").glob("python3.*")) / "site-packages"


def size(path: Path) -> int:
    """Of the file, or of all files below it."""
    if path.is_file():
        return path.stat().st_size
    return sum(os.lstat(Path(folder, name)).st_size for folder, _, names in os.walk(path) for name in names)


# The libraries that a wheel brings stand beside its package: scipy.libs, h5py.libs.
parts = Counter({"the base": BASE_BYTES})
for entry in PACKAGES.iterdir():
    parts[entry.name.removesuffix(".libs")] += size(entry)
for name, bytes_ in parts.most_common(10):
    print(f"        {name:36} {bytes_ / 1e6:6.1f} MB")
