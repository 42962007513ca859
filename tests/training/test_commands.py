"""`brinell train`, `evaluate` and `export`: one line for what is wrong, and defaults that no folder changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from models.bundle import PRETRAINED
from training import bundling, commands, comparison
from training.config import TrainingConfig
from training.export import ExportError

app = typer.Typer()
commands.join(app)


def brinell(*words: object) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, [str(word) for word in words])


def test_the_shipped_configurations_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(comparison, "compare", lambda configs, *_: asked.extend(configs) or iter(()))
    brinell("evaluate")
    assert [TrainingConfig.read(path).name for path in asked] == ["order", "time"]


def test_a_bundle_is_exported_beside_the_shipped_ones_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bundling, "bundle", lambda run, to, version: asked.append(to))
    brinell("export", "run")
    assert asked == [PRETRAINED]


def test_a_graph_that_breaks_a_promise_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ExportError("head can reach more SynOps than float32 counts exactly")

    monkeypatch.setattr(bundling, "bundle", fails)
    answer = brinell("export", tmp_path)
    assert (answer.exit_code, answer.stderr.count("\n")) == (1, 1)


def test_no_steps_are_no_training() -> None:
    answer = brinell("evaluate", "--steps", 0)
    assert answer.exit_code == 2
    assert "--steps" in answer.stderr


@pytest.mark.parametrize("content", [None, b"steps = ", b"\xff\xfe", b"name = 'x'"])
def test_a_configuration_that_cannot_be_read_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "config.toml"
    path.mkdir() if content is None else path.write_bytes(content)
    answer = brinell("train", path)
    assert (answer.exit_code, answer.stderr.count("\n")) == (1, 1)
    assert str(path) in answer.stderr


def test_a_neuron_that_there_is_not_is_one_line(
    tmp_path: Path, small_root: Path, small_config: Callable[..., TrainingConfig]
) -> None:
    config = small_config()
    config = config.model_copy(update={"network": config.network.model_copy(update={"neuron": "izhikevich"})})
    config.write(tmp_path / "config.toml")
    answer = brinell("train", tmp_path / "config.toml", "--runs", tmp_path, "--data", small_root)
    assert (answer.exit_code, answer.stderr.count("\n")) == (1, 1)
    assert "network.neuron 'izhikevich' is not known; there are" in answer.stderr
