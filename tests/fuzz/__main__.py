"""Fuzzes one parser, or all in turn (atheris, extra `fuzz`).

    python -m tests.fuzz csv -runs=100000       # one target; what follows goes to libFuzzer
    python -m tests.fuzz all -runs=100000       # each target in a process of its own

What was found to be worth keeping lies in build/fuzz/TARGET; an input that breaks one is written to crash-*.
"""

import subprocess
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["data", "models", "service", "python_multipart", "tarfile"]):
    from tests.fuzz.targets import TARGETS

from tests.fuzz import seeds

CORPUS = Path("build/fuzz")
BOUNDS = ["-timeout=20", "-rss_limit_mb=2048", "-max_len=8192", "-len_control=0", "-print_final_stats=1"]
LONGER = {"tar": ["-max_len=20480"]}
"""Where the shortest whole input is longer; said last, it counts."""


def main() -> int:
    """The exit status: that of the worst target."""
    name, given = sys.argv[1], sys.argv[2:]
    seeds.write(CORPUS)
    if name == "all":
        return max(subprocess.call([sys.executable, "-m", "tests.fuzz", target, *given]) for target in TARGETS)
    atheris.Setup([sys.argv[0], *BOUNDS, *LONGER.get(name, []), *given, str(CORPUS / name)], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
