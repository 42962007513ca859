"""MRA-SNN against the plain spiking control, where the two differ: a speed never seen."""

from pathlib import Path

import pytest

from models.network import PlainSnnConfig
from training.config import Source, TrainingConfig
from training.run import Run

ORDER = Path(__file__).resolve().parents[2] / "training" / "configs" / "order.toml"


@pytest.mark.slow
def test_mra_snn_reads_more_windows_right_at_a_speed_never_seen_than_the_plain_control(
    data_root: Path, tmp_path: Path
) -> None:
    shipped = TrainingConfig.read(ORDER)
    source = Source(dataset="jnu", protocol="cross-speed", split="600 -> 1000 rpm")
    schedule = shipped.schedule.model_copy(update={"steps": 600})
    mra_snn = shipped.model_copy(update={"sources": (source,), "schedule": schedule})
    control = mra_snn.model_copy(update={"network": PlainSnnConfig(window_length=shipped.network.window_length)})
    right = {}
    for name, config in {"mra-snn": mra_snn, "control": control}.items():
        run = Run(config, data_root, tmp_path / name)
        run.train()
        judged = run.judge("test")
        windows = [guess == each.label for each in judged for guess in each.windows.argmax(axis=1)]
        right[name] = sum(windows) / len(windows)
    assert right["mra-snn"] > 0.98
    assert right["mra-snn"] > right["control"]
