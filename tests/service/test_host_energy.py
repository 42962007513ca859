"""Watts a core, from the processor's own meter or from one at the plug, and the answer that counts with them."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from brinell import app
from data.errors import BrinellError
from service.engine import Engine
from service.host_energy import Calibration, Load, NoMeter, by_rapl
from service.registry import Registry
from tests.service.asking import Simulated

RANGE_UJ = 1_000_000


def powercap(folder: Path, *uj: int) -> Path:
    for number, value in enumerate(uj):
        package = folder / f"intel-rapl:{number}"
        package.mkdir()
        (package / "energy_uj").write_text(f"{value}\n")
        (package / "max_energy_range_uj").write_text(f"{RANGE_UJ}\n")
    return folder


def test_a_core_draws_what_the_load_adds_over_its_cpu_seconds() -> None:
    assert Calibration(40.0, 64.0, Load(seconds=10.0, cpu_s=20.0, runs=1)).watts_per_core == pytest.approx(12.0)


def test_a_load_that_draws_nothing_is_told_and_not_divided_by() -> None:
    with pytest.raises(BrinellError, match="not more than 40 W idle"):
        _ = Calibration(40.0, 39.0, Load(seconds=10.0, cpu_s=20.0, runs=1)).watts_per_core


def test_a_computer_without_a_meter_says_what_to_do(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(NoMeter, match="--idle-w"):
        by_rapl(registry.bundles["aligned"], 0.01, tmp_path)


def test_packages_are_summed_and_a_counter_that_starts_again_is_followed(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = powercap(tmp_path, RANGE_UJ - 100, 500)

    def asleep(_: float) -> None:
        (folder / "intel-rapl:0" / "energy_uj").write_text("199")
        (folder / "intel-rapl:1" / "energy_uj").write_text("1200")

    monkeypatch.setattr("service.host_energy.time.sleep", asleep)
    found = by_rapl(registry.bundles["aligned"], 0.05, folder)
    assert found.idle_w == pytest.approx((300 + 700) * 1e-6 / 0.05)
    assert found.busy_w == 0.0
    assert found.load.runs > 0
    assert found.load.cpu_s > 0


def test_an_answer_of_a_calibrated_engine_holds_what_its_runs_cost_here(
    registry: Registry, simulated: Simulated
) -> None:
    recording = simulated()
    energies = [Engine(registry.bundles, watts_per_core=watts).diagnose(recording).energy for watts in (5.0, 5000.0)]
    low, high = (energy.host_nj for energy in energies if energy is not None and energy.host_nj is not None)
    # Two runs never take quite the same time; a thousandfold is beyond that.
    assert 0 < low < high / 50


def test_the_command_prints_the_line_to_set() -> None:
    told = CliRunner().invoke(app, ["energy", "calibrate", "--seconds", "1", "--idle-w", "40", "--busy-w", "60"])
    assert told.exit_code == 0, told.output
    name, _, value = told.stdout.strip().partition("=")
    assert name == "BRINELL_WATTS_PER_CORE"
    # 20 W over at most all cores.
    assert float(value) >= 0.99 * 20 / (os.cpu_count() or 1)
