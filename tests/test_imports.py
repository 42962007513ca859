"""What is imported when, and what is installed: a gateway has no PyTorch, and its command line must not dawdle.

Each check runs in an interpreter of its own, since this one has imported everything already.
"""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TRAINING_STACK = ("torch", "onnx", "onnxscript", "safetensors", "tensorboard", "tomli_w")
DRAWING = ("matplotlib",)
# Costs half a second and 70 MiB, wherever it is imported.
SLOW_TO_IMPORT = ("scipy.signal", "scipy.stats")


def modules_after(code: str, *, without: tuple[str, ...] = ()) -> set[str]:
    """The names of all modules that are loaded after `code` ran where the modules `without` cannot be imported."""
    script = f"""
import sys
for name in {without!r}:
    sys.modules[name] = None
{code}
print(*(name for name, module in sys.modules.items() if module is not None), sep="\\n", file=sys.stderr)
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return set(run.stderr.split())


HELP = """
import brinell
try:
    brinell.app(["--help"])
except SystemExit as stop:
    assert stop.code == 0
"""


def test_the_service_imports_where_the_training_stack_and_matplotlib_are_missing() -> None:
    modules = modules_after("import service.app", without=TRAINING_STACK + DRAWING)
    assert "service.app" in modules
    assert "onnxruntime" in modules


def test_the_service_imports_nothing_of_the_training_stack_where_it_is_there() -> None:
    modules = modules_after("import service.app")
    assert modules.isdisjoint((*TRAINING_STACK, *DRAWING, *SLOW_TO_IMPORT, "training"))


def test_help_imports_neither_arrays_nor_web_nor_training() -> None:
    modules = modules_after(HELP)
    heavy = ("numpy", "scipy", "pydantic", "fastapi", "uvicorn", "onnxruntime", "h5py", *TRAINING_STACK, *DRAWING)
    assert "typer" in modules
    assert modules.isdisjoint(heavy)


@pytest.mark.parametrize(
    "command", ["serve", "diagnose", "backup", "restore", "data", "train", "evaluate", "export", "bench"]
)
def test_the_command_line_offers(command: str) -> None:
    run = subprocess.run([sys.executable, "-m", "brinell", command, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "Usage: " in run.stdout


def test_a_base_install_brings_nothing_of_the_training_stack() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = everything_needed_by(project["dependencies"])
    assert {"fastapi", "onnxruntime", "numpy", "starlette"} <= needed
    assert needed.isdisjoint(name.replace("_", "-") for name in TRAINING_STACK + DRAWING)


def everything_needed_by(requirements: list[str]) -> set[str]:
    """The names of all installed distributions that `requirements` bring, without any extra."""
    needed: set[str] = set()
    names = [name_of(requirement) for requirement in requirements]
    while names:
        name = names.pop()
        if name in needed:
            continue
        needed.add(name)
        try:
            further = distribution(name).requires or []
        except PackageNotFoundError:  # meant for another platform or Python
            continue
        names += [name_of(requirement) for requirement in further if "extra ==" not in requirement]
    return needed


def name_of(requirement: str) -> str:
    """`Some_Name[extra]>=1` -> `some-name`."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")
