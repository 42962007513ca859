"""`brinell bundle` and `brinell keys`: what the service does over HTTP, on this machine."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from service import commands
from service.registry import Registry
from tests.service.versions import another, damage, two_versions

app = typer.Typer()
commands.join(app)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = two_versions(tmp_path / "bundles", "aligned")
    monkeypatch.setenv("BRINELL_BUNDLES", str(root))
    return root


def run(*words: object, code: int = 0) -> str:
    """What the command says; on standard error where it fails, in one line."""
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    if code:
        assert result.stderr.count("error: ") == 1
    return result.stderr if code else result.stdout


def test_the_list_says_which_answers_and_what_is_wrong_with_the_rest(root: Path) -> None:
    another(root, "aligned", "1.2.0")
    damage(root / "aligned" / "1.2.0" / "model.onnx")
    lines = {line.split()[0]: line for line in run("bundle", "list").splitlines()}
    assert "active" in lines["aligned/1.1.0"]
    assert "available" in lines["aligned/1.0.0"]
    assert "refused" in lines["aligned/1.2.0"]
    assert "model.onnx is not the file" in lines["aligned/1.2.0"]


def test_a_version_is_activated_and_rolled_back_for_every_process_of_the_folder(root: Path) -> None:
    running = Registry.load(root)
    assert run("bundle", "active", "aligned") == f"{root / 'aligned' / '1.1.0'}\n"
    assert "aligned/1.0.0 answers" in run("bundle", "activate", "aligned/1.0.0")
    assert run("bundle", "active", "aligned") == f"{root / 'aligned' / '1.0.0'}\n"
    assert running.bundles["aligned"].identity == "aligned/1.1.0"
    running.reload()
    assert running.bundles["aligned"].identity == "aligned/1.0.0"
    assert "aligned/1.1.0 answers" in run("bundle", "rollback", "aligned")
    assert "no version 7.0.0" in run("bundle", "activate", "aligned/7.0.0", code=1)
    for command in ("rollback", "active"):
        assert "there is no bundle nothing" in run("bundle", command, "nothing", code=1)
    for version in ("1.0.0", "1.1.0"):
        damage(root / "aligned" / version / "model.onnx")
    assert "no version of aligned answers" in run("bundle", "active", "aligned", code=1)


def test_a_check_runs_every_graph_and_names_what_is_wrong(root: Path) -> None:
    folder = root / "aligned" / "1.0.0"
    assert "aligned/1.0.0 is whole (9 files) and right on this processor (model.onnx, model.int8.onnx)" in run(
        "bundle", "check", folder
    )
    damage(folder / "model.int8.onnx")
    assert "model.int8.onnx is not the file" in run("bundle", "check", folder, code=1)


def test_a_bundle_is_signed_and_verified_with_keys_made_here(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = root / "aligned" / "1.0.0"
    assert "keep it secret" in run("keys", "sign", tmp_path / "plant")
    assert "never overwritten" in run("keys", "sign", tmp_path / "plant", code=1)
    public = tmp_path / "plant.pub"
    assert "not signed" in run("bundle", "verify", folder, "--trusted", public, code=1)
    assert "signature.json" in run("bundle", "sign", folder, "--key", tmp_path / "plant.key")
    assert "signed by plant" in run("bundle", "verify", folder, "--trusted", public)
    assert "whom to trust?" in run("bundle", "verify", folder, code=1)
    monkeypatch.setenv("BRINELL_TRUSTED_KEYS", str(public))
    assert "signed by plant" in run("bundle", "verify", folder)
    monkeypatch.setenv("BRINELL_SIGNATURES", "require")
    assert "not signed" in run("bundle", "activate", "aligned/1.1.0", code=1)
    assert run("bundle", "list").count("signed by plant") == 1


@pytest.mark.parametrize("name", ["", "x" * 81, "press\nline", "\udcff"])
def test_a_name_that_nobody_could_read_in_a_list_is_refused(name: str) -> None:
    assert "1 to 80 characters that can be printed" in run("keys", "api", name, code=1)
