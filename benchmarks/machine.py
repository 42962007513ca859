"""The machine that is measured on, in words that a reader can compare with his own."""

import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from benchmarks.results import Machine

PACKAGES = ("numpy", "scipy", "onnxruntime", "openvino", "torch", "spikingjelly", "snntorch", "fastapi", "uvicorn")
EXTENSIONS = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "amx_int8", "asimd", "asimddp")


def machine() -> Machine:
    """Processor with the extensions that matter here, memory, system, and versions."""
    return Machine(
        processor=_processor(),
        cores=psutil.cpu_count(logical=False) or psutil.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        versions={name: each for name in PACKAGES if (each := _version(name)) is not None},
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    told = path.read_text() if path.exists() else ""
    name = re.search(r"^(?:model name|Model)\s*:\s*(.+)$", told, re.MULTILINE)
    has = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", told, re.MULTILINE)
    flags = set(has[1].split()) if has else set()
    found = [each for each in EXTENSIONS if each in flags]
    called = name[1].strip() if name else platform.processor() or _mac() or "unknown processor"
    return f"{called} ({', '.join(found)})" if found else called


def _mac() -> str:
    if platform.system() != "Darwin":
        return ""
    asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
