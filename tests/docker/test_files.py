"""The container files, as far as they can be judged without building anything."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

from service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("test-image.sh", "test-compose.sh", "test-retrain.sh", "test-systemd.sh", "test-image-arm64.sh")
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()


def test_hadolint_finds_nothing_to_say_about_the_dockerfile() -> None:
    run = linted("hadolint", "docker/Dockerfile")
    assert (run.returncode, run.stdout) == (0, "")


def test_shellcheck_finds_nothing_to_say_about_the_scripts() -> None:
    scripts = [str(path.relative_to(ROOT)) for path in (ROOT / "docker").rglob("*.sh")]
    assert scripts
    run = linted("shellcheck", ".ci/run", *scripts)
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize("name", ["compose.yaml", "compose.tls.yaml", "compose.opcua.yaml"])
def test_a_compose_file_is_what_the_compose_specification_allows(name: str) -> None:
    run = linted("check-jsonschema", "--builtin-schema", "vendor.compose-spec", f"docker/{name}")
    assert run.returncode == 0, run.stdout


def linted(tool: str, *files: str) -> subprocess.CompletedProcess[str]:
    """What a linter says; all come with the test extra, though not for every platform."""
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


UNITS = ("brinell.service", "brinell-retrain.service")


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_the_services_of_a_gateway_without_docker_little_exposed(unit: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here")
    run = linted("systemd-analyze", "security", "--offline=true", "--no-pager", f"docker/{unit}")
    score = re.search(rf"Overall exposure level for {unit}: ([\d.]+)", run.stdout)
    assert score, run.stdout + run.stderr
    print(score[0])
    assert float(score[1]) <= 1.5


def test_what_retrains_may_see_and_do_no_more_than_what_answers() -> None:
    service, retraining = ((ROOT / "docker" / unit).read_text().split("# What it may see and do")[1] for unit in UNITS)
    confined = set(re.findall(r"^[A-Z]\w+=.*$", service, re.M)) - {"WantedBy=multi-user.target"}
    assert len(confined) > 25
    assert confined <= set(retraining.splitlines())


def test_systemd_knows_when_to_retrain() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here")
    timer = (ROOT / "docker" / "brinell-retrain.timer").read_text()
    [when] = re.findall(r"^OnCalendar=(.+)$", timer, re.M)
    assert linted("systemd-analyze", "calendar", when).returncode == 0


def test_every_setting_that_the_gateway_files_name_exists() -> None:
    files = [
        ROOT / "docker" / name
        for name in ("gateway.env", "compose.yaml", "compose.tls.yaml", "compose.opcua.yaml", *UNITS)
    ]
    # The other variables of compose files are no settings of the service.
    named = {
        name
        for file in files
        for name in re.findall(r"^ *(?:Environment=)?BRINELL_([A-Z_]+)[=:]", file.read_text(), re.M)
    }
    assert len(named) > 15
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def secrets(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`secrets.sh` in a folder of its own, where what needs Docker is made already."""
    (folder / "secrets").mkdir(exist_ok=True)
    (folder / "secrets" / "mosquitto_passwords").write_text("made")
    shutil.copy(ROOT / "docker" / "secrets.sh", folder)
    return subprocess.run([folder / "secrets.sh", *words], capture_output=True, text=True)


@pytest.mark.parametrize(("word", "certificate"), [("--tls", "mqtt_certificate"), ("--opcua", "opcua_certificate")])
def test_a_certificate_holds_for_names_and_for_addresses(tmp_path: Path, word: str, certificate: str) -> None:
    assert secrets(tmp_path, word, "gateway.local", "10.example", "192.168.1.5", "fd00::5").returncode == 0
    checked = {}
    for kind, name in (
        ("host", "gateway.local"), ("host", "10.example"), ("host", "localhost"), ("ip", "192.168.1.5"),
        ("ip", "fd00::5"), ("ip", "192.168.1.6"), ("host", "elsewhere.local"),
    ):  # fmt: skip
        command = ["openssl", "x509", "-noout", f"-check{kind}", name, "-in", tmp_path / "secrets" / certificate]
        checked[name] = subprocess.run(command, capture_output=True, text=True).stdout
    wrong = [name for name, said in checked.items() if "NOT match" in said]
    assert wrong == ["192.168.1.6", "elsewhere.local"]


@pytest.mark.parametrize("word", ["--tls", "--opcua"])
def test_what_no_certificate_can_name_is_said(tmp_path: Path, word: str) -> None:
    run = secrets(tmp_path, word, "300.1.1.1")
    assert run.returncode == 1
    assert "300.1.1.1" in run.stderr


@pytest.mark.parametrize("word", ["--help", "--tsl"])
def test_a_word_that_secrets_does_not_know_gets_its_usage_and_makes_nothing(tmp_path: Path, word: str) -> None:
    run = secrets(tmp_path, word, "gateway.local")
    assert run.returncode == 2
    assert "usage: docker/secrets.sh [--tls NAME... | --opcua NAME...]" in run.stderr
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["mosquitto_passwords"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be two users")
def test_two_users_of_a_machine_may_run_the_scripts() -> None:
    with tempfile.TemporaryDirectory() as shared:  # pytest's own folders are closed to others
        Path(shared).chmod(0o1777)
        engine = shutil.copy(ROOT / "docker" / "engine.sh", shared)
        for user in ("root", "nobody"):
            run = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", f". {engine}"],
                user=user, cwd=shared, env=os.environ | {"TMPDIR": shared}, capture_output=True, text=True,
            )  # fmt: skip
            assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
def test_what_runs_in_containers_holds_where_it_is_really_built_and_run(script: str, data_root: Path) -> None:
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # what lists the image's parts
    run = subprocess.run(
        [ROOT / "docker" / script],
        cwd=ROOT,
        env=os.environ | {"BRINELL_DATA": str(data_root), "PATH": beside, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    print(run.stdout, run.stderr, sep="\n")
    if run.returncode == 2 and os.environ.get("CI") != "true":
        pytest.skip(run.stderr.strip().splitlines()[-1])
    assert run.returncode == 0
