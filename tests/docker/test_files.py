"""The container files, as far as they can be judged without building anything."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()


def test_hadolint_finds_nothing_to_say_about_the_dockerfile() -> None:
    run = linted("hadolint", "docker/Dockerfile")
    assert (run.returncode, run.stdout) == (0, "")


def test_shellcheck_finds_nothing_to_say_about_the_scripts() -> None:
    scripts = [str(path.relative_to(ROOT)) for path in (ROOT / "docker").glob("*.sh")]
    assert scripts
    run = linted("shellcheck", ".ci/run", *scripts)
    assert (run.returncode, run.stdout) == (0, "")


def linted(tool: str, *files: str) -> subprocess.CompletedProcess[str]:
    """What a linter says; both come with the test extra, though not for every platform."""
    # Looked for beside the interpreter too, because an environment need not be active to be used.
    path = shutil.which(tool, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if path is None and os.environ.get("CI") != "true":
        pytest.skip(f"{tool} is not installed here")
    assert path is not None, f"{tool} is not installed here"
    return subprocess.run([path, *files], cwd=ROOT, capture_output=True, text=True)


def test_the_image_is_built_from_everything_that_a_wheel_holds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    copied = {word for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M) for word in line.split()[:-1]}
    ignore = (ROOT / "docker" / "Dockerfile.dockerignore").read_text().splitlines()
    assert set(wheel) <= copied
    assert copied == {line.removeprefix("!") for line in ignore if line.startswith("!")}


def test_the_image_runs_its_program_without_root_and_without_a_shell_between() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.M)[-1] == "10001:10001"
    assert 'ENTRYPOINT ["brinell"]' in DOCKERFILE
    assert 'CMD ["serve"]' in DOCKERFILE


def test_the_version_in_the_labels_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert f"ARG VERSION={project['project']['version']}" in DOCKERFILE


@pytest.mark.slow
def test_the_image_builds_runs_confined_and_reads_real_recordings(data_root: Path) -> None:
    run = subprocess.run(
        ["docker/test-image.sh"],
        cwd=ROOT,
        env=os.environ | {"BRINELL_DATA": str(data_root)},
        capture_output=True,
        text=True,
    )
    print(run.stdout, run.stderr, sep="\n")
    if run.returncode == 2 and os.environ.get("CI") != "true":
        pytest.skip(run.stderr.strip().splitlines()[-1])
    assert run.returncode == 0
