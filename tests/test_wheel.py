"""What a wheel holds: the code of the four packages, the command line, and the data files that they read."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("data", "models", "service", "training")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    [path] = folder.glob("brinell-*.whl")
    return zipfile.ZipFile(path)


def test_a_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    tracked = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(tracked.stdout.splitlines()) <= set(wheel.namelist())


def test_a_wheel_holds_whole_bundles(wheel: zipfile.ZipFile) -> None:
    bundles = sorted(path.parent for path in (ROOT / "models" / "pretrained").glob("*/*/manifest.json"))
    assert bundles, "no bundle in models/pretrained"
    inside = set(wheel.namelist())
    for bundle in bundles:
        assert {str(file.relative_to(ROOT)) for file in bundle.iterdir()} <= inside


def test_a_wheel_holds_no_test_and_no_generated_file(wheel: zipfile.ZipFile) -> None:
    top = {name.split("/")[0] for name in wheel.namelist()}
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert top == {*PACKAGES, "brinell.py", f"brinell-{version}.dist-info"}
    assert not [name for name in wheel.namelist() if "__pycache__" in name]


def test_a_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "brinell = brinell:app" in wheel.read(name).decode()
