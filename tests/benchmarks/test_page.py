import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from benchmarks.asker import NOTHING, SPEED, SPEED_AND_BEARING
from benchmarks.commands import MEASURED
from benchmarks.limits import least_us
from benchmarks.page import BENCH, page
from benchmarks.results import (
    Asked,
    DiagnosisCost,
    Growth,
    Lap,
    Lengths,
    Limits,
    Machine,
    Race,
    Results,
    ServiceCost,
    Training,
)
from benchmarks.targets import targets
from benchmarks.writing import NoResults

ROOT = Path(__file__).resolve().parents[2]


def lap(competitor: str, *wall_us: float, batch: int = 8) -> Lap:
    return Lap(competitor=competitor, threads=1, batch=batch, wall_us=wall_us, cpu_us=wall_us)


PARTS_MS = {"read": (1.0, 1.0), "front end": (14.0, 17.0), "graph": (20.0, 21.0)}
ASKED = Asked(wall_ms=(80.0, 90.0), cpu_ms=(50.0, 60.0), parts_ms=PARTS_MS)
SLOW_BEFORE = ASKED.model_copy(update={"parts_ms": PARTS_MS | {"front end": (29.0, 35.0)}})
RACE = Race(
    laps=(lap("float32", 100, 200, 300), lap("naive", 200, 400, 600), lap("openvino", 50, 100, 150)),
    resident_mib={"float32": 64.0},
    not_run={"snntorch": "snntorch is not installed: pip install it"},
)
LIMITS = Limits(
    float32_per_s={"onnxruntime": {1: 1e11}, "numpy": {1: 5e10}},
    int8_per_s={1: 4e11},
    bytes_per_s={1: 1e10},
    macs={"spiking": 4_000_000, "real": 1_000_000},
    weights={"spiking": 10_000, "real": 0},
    window_bytes=4000,
)
WHOLE = Results(
    machine=Machine(
        processor="Some 1000",
        cores=2,
        memory_gib=8,
        system="Linux x86_64",
        python="3.11.7",
        versions={"numpy": "2.4.6"},
    ),
    bundle="order/1.0.0",
    source="mfpt",
    rounds=3,
    quick=False,
    race=RACE,
    training=Training(
        race=Race(
            laps=(lap("pytorch", 1e5, 1e5, batch=48), lap("spikingjelly", 2e5, 2e5, batch=48)),
            resident_mib={"pytorch": 300.0, "spikingjelly": 320.0},
            not_run={},
        ),
        epoch_steps=100,
    ),
    diagnosis=DiagnosisCost(
        recording="simulated",
        windows=164,
        asked={SPEED_AND_BEARING: ASKED, SPEED: SLOW_BEFORE, NOTHING: ASKED},
        rule_cpu_ms=(41.0, 41.0),
        bodies_cpu_ms={"application/json": (130.0, 131.0)},
        resident_mib=200.0,
    ),
    lengths=Lengths(
        recording=Growth(sizes=(1, 10, 100), cpu_s=(0.02, 0.2, 2.0), resident_mib=(100, 100, 101)),
        windows=None,
    ),
    limits=LIMITS,
    service=ServiceCost(
        ready_cpu_s=0.7,
        ready_wall_s=0.9,
        ready_mib=128,
        asked="2 s",
        requests=(10,),
        cpu_ms=(45.0,),
        resident_mib=(180,),
    ),
)


def test_page_and_picture_are_made_again_from_the_raw_results(tmp_path: Path) -> None:
    BENCH.write(WHOLE, tmp_path)
    files = [tmp_path / name for name in ("bench.json", "bench.md", "bench.png")]
    first = [file.read_bytes() for file in files]
    for file in files[1:]:
        file.unlink()
    BENCH.rewrite(tmp_path)
    assert [file.read_bytes() for file in files] == first
    assert Results.read(files[0]) == WHOLE


def test_the_committed_page_is_what_its_raw_results_say() -> None:
    assert (MEASURED / BENCH.page).read_text(encoding="utf-8") == page(Results.read(MEASURED / BENCH.raw))


def test_a_page_without_raw_results_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(NoResults, match="brinell bench writes it"):
        BENCH.rewrite(tmp_path)


def test_a_page_of_any_one_part_can_be_made() -> None:
    for part in ("race", "training", "diagnosis", "lengths", "limits", "service"):
        others = {"race", "training", "diagnosis", "lengths", "limits", "service"} - {part}
        assert page(WHOLE.model_copy(update=dict.fromkeys(others))).count("\n## ") >= 1


def test_the_page_tells_what_was_not_run_and_why() -> None:
    assert "| snnTorch | snntorch is not installed: pip install it |" in page(WHOLE)


def test_a_ratio_is_taken_round_by_round() -> None:
    ratio = RACE.ratio("float32", "naive", 1, 8)
    assert ratio is not None
    assert (ratio.lower, ratio.median, ratio.upper) == (0.5, 0.5, 0.5)
    assert RACE.ratio("float32", "snntorch", 1, 8) is None


def test_targets_are_reached_or_missed() -> None:
    reached = {each.title: each.reached for each in targets(WHOLE)}
    assert reached == {
        "float32 over naive, 8 a call": True,
        "float32 over openvino, 8 a call": False,
        "a training epoch over SpikingJelly's": True,
        f"bytes to diagnosis, {SPEED_AND_BEARING}, CPU ms": True,
        f"bytes to diagnosis, {SPEED}, CPU ms": True,
        f"bytes to diagnosis, {NOTHING}, CPU ms": True,
        f"reading and front end over the whole, {SPEED_AND_BEARING}": True,
        f"reading and front end over the whole, {SPEED}": False,
        "exponent of cost over length of recording": True,
        "growth of memory kept, over that of the samples": True,
    }
    # 1 MiB for 99 seconds at 50 kHz in float32, which are 18.9 MiB.
    assert "| growth of memory kept, over that of the samples | 0.05 (0.05 to 0.05) | at most 1 |" in page(WHOLE)
    assert "| float32 over openvino, 8 a call | 2.00 (2.00 to 2.00) | at most 1.2 | **missed** |" in page(WHOLE)


def test_the_exponent_is_that_of_the_straight_line_on_log_log() -> None:
    growth = Growth(sizes=(1, 2, 4, 8), cpu_s=(3.0, 6 * 2**0.5, 24.0, 3 * 8**1.5), resident_mib=(1, 1, 1, 1))
    assert growth.exponent == pytest.approx(1.5)


def test_the_least_time_is_that_of_operations_and_of_bytes() -> None:
    assert least_us(LIMITS, threads=1, batch=1, int8=False) == pytest.approx((50.0, 4.4))
    assert least_us(LIMITS, threads=1, batch=10, int8=False) == pytest.approx((50.0, 0.8))
    assert least_us(LIMITS, threads=1, batch=1, int8=True) == pytest.approx((20.0, 1.4))


def test_raw_results_with_an_unknown_field_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text(WHOLE.model_dump_json().replace('"rounds"', '"turns"'))
    with pytest.raises(ValidationError):
        Results.read(tmp_path / "bench.json")


def test_without_a_checkout_the_command_says_where_it_works(tmp_path: Path) -> None:
    (tmp_path / "brinell.py").write_text((ROOT / "brinell.py").read_text())
    for package in ("data", "models", "service", "training"):
        (tmp_path / package).symlink_to(ROOT / package)
    command = [sys.executable, str(tmp_path / "brinell.py"), "bench", "--quick"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1
    assert "works from a checkout of Brinell only" in run.stderr
