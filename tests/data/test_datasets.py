"""The public datasets: what they list, what is here, and that the real files read as they were published."""

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from data.catalogue import look_up
from data.datasets import DATASETS, Dataset
from data.datasets.cwru import CWRU, DRIVE_END
from data.datasets.jnu import JNU, ORDERS
from data.datasets.mfpt import MFPT, NICE
from data.errors import DatasetError
from data.fault import Fault
from data.home import data_root as chosen_root

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(params=list(DATASETS))
def dataset(request: pytest.FixtureRequest) -> Dataset:
    return DATASETS[request.param]


def test_names_and_files_are_unique_within_a_dataset(dataset: Dataset) -> None:
    for values in (
        [e.name for e in dataset.entries],
        [e.file for e in dataset.entries],
        [e.url for e in dataset.entries],
    ):
        assert len(set(values)) == len(values)
    assert all(entry.rig == dataset.name and entry.url.endswith(f"/{entry.file}") for entry in dataset.entries)


def test_a_physical_bearing_has_one_state_only(dataset: Dataset) -> None:
    states = {(entry.bearing, entry.fault) for entry in dataset.entries}
    assert len(states) == len({bearing for bearing, _ in states})


def test_the_published_counts_stand() -> None:
    def faults(dataset: Dataset) -> dict[str, int]:
        return dict(Counter(entry.fault.value for entry in dataset.entries))

    assert faults(MFPT) == {"normal": 3, "outer_race": 10, "inner_race": 7}
    assert faults(JNU) == {"normal": 3, "outer_race": 3, "inner_race": 3, "rolling_element": 3}
    assert faults(CWRU) == {"normal": 2, "outer_race": 14, "inner_race": 8, "rolling_element": 8}
    assert len({entry.bearing for entry in CWRU.entries}) == 16


def test_what_is_missing_is_named_and_the_rest_goes_on(tmp_path: Path, dataset: Dataset) -> None:
    (tmp_path / dataset.name).mkdir()
    for entry in dataset.entries[2:]:
        (tmp_path / dataset.name / entry.file).touch()
    assert dataset.missing(tmp_path) == dataset.entries[:2]
    assert dataset.present(tmp_path) == dataset.entries[2:]
    with pytest.raises(
        DatasetError, match=rf"{dataset.name}/{dataset.entries[0].name} is not here.*brinell data fetch"
    ):
        dataset.load(tmp_path, dataset.entries[0])


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, dataset: Dataset) -> None:
    (tmp_path / dataset.name).mkdir()
    (tmp_path / dataset.name / dataset.entries[0].file).write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(DatasetError, match=f"{dataset.entries[0].name} is damaged.*fetch"):
        dataset.load(tmp_path, dataset.entries[0])


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    with pytest.raises(DatasetError, match="OuterRaceFault_3"):
        MFPT.entry("OuterRaceFault3")


def test_the_root_is_the_environments_else_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BRINELL_DATA", str(tmp_path))
    assert chosen_root() == tmp_path
    monkeypatch.delenv("BRINELL_DATA")
    assert chosen_root() == Path.home() / ".cache" / "brinell" / "recordings"


def test_every_recording_here_reads_as_it_was_published(data_root: Path, dataset: Dataset) -> None:
    present = dataset.present(data_root)
    assert present
    for entry in present:
        recording = dataset.load(data_root, entry)
        assert recording.rate_hz == entry.rate_hz
        assert recording.fault is entry.fault
        assert (recording.rig, recording.bearing, recording.load or "") == (entry.rig, entry.bearing, entry.load)
        assert recording.speed_rpm == pytest.approx(entry.speed_rpm, rel=0.003)
        assert recording.orders is not None
        assert 2.9 < recording.seconds < 31
        assert recording.samples.dtype == np.float32
        assert recording.samples.std() > 0


def test_the_originals_here_have_the_published_checksums(data_root: Path, dataset: Dataset) -> None:
    checked = 0
    for entry in dataset.present(data_root):
        path = dataset.path(data_root, entry)
        if path is None or path.name != entry.file or entry.checksum is None:
            continue
        kind, _, digest = entry.checksum.partition(":")
        content = path.read_bytes()
        assert len(content) == entry.size
        assert hashlib.new(kind, content).hexdigest() == digest, entry.name
        checked += 1
    assert checked >= 9


def test_the_first_line_of_a_jnu_file_is_a_sample(data_root: Path) -> None:
    entry = JNU.entry("ib600_2")
    recording = JNU.load(data_root, entry)
    path = JNU.path(data_root, entry)
    assert path is not None
    assert recording.samples.size == 500_500
    assert recording.samples[0] == np.float32(path.read_text().split("\n", 1)[0])


def test_mfpts_rate_is_the_files_own_and_its_load_a_number_or_a_string(data_root: Path) -> None:
    assert MFPT.load(data_root, MFPT.entry("baseline_1")).rate_hz == 97_656
    outer = MFPT.load(data_root, MFPT.entry("OuterRaceFault_vload_2"))
    assert (outer.rate_hz, outer.load) == (48_828, "50 lbs")
    assert MFPT.load(data_root, MFPT.entry("OuterRaceFault_1")).load == "270 lbs"


def test_cwrus_files_without_a_speed_have_the_nominal_one(data_root: Path) -> None:
    speeds = {name: CWRU.load(data_root, CWRU.entry(name)).speed_rpm for name in ("3001", "3003", "97", "107")}
    assert speeds == {"3001": 1797, "3003": 1750, "97": 1796, "107": 1748}


def test_one_healthy_recording_under_two_names_is_one_entry(data_root: Path) -> None:
    healthy = [entry for entry in CWRU.entries if entry.fault is Fault.NORMAL]
    assert [entry.name for entry in healthy] == ["97", "99"]
    assert CWRU.entry("99_48kHz") is healthy[1]
    assert CWRU.load(data_root, healthy[1]).samples.size == 485_063


def test_the_public_99_holds_two_recordings_and_its_own_is_taken(tmp_path: Path) -> None:
    own, other = np.full(512, 2.0), np.full(512, 1.0)
    (tmp_path / "cwru").mkdir()
    savemat(
        tmp_path / "cwru" / "99.mat",
        {"X098_DE_time": other[:, None], "X099_DE_time": own[:, None], "X098RPM": 1772.0, "X099RPM": 1748.0},
    )
    recording = CWRU.load(tmp_path, CWRU.entry("99"))
    assert recording.samples[0] == 2
    assert recording.speed_rpm == 1748


def test_the_orders_fit_the_published_geometry() -> None:
    assert look_up("NICE").geometry == NICE
    published = look_up("6205-2RS JEM").geometry.orders()
    assert published.bpfo == pytest.approx(DRIVE_END.bpfo, abs=2e-4)
    assert published.bpfi == pytest.approx(DRIVE_END.bpfi, abs=2e-4)
    assert published.bsf == pytest.approx(DRIVE_END.bsf, abs=1e-3)
    assert published.ftf == pytest.approx(DRIVE_END.ftf, abs=2e-4)
    for designation, orders in ORDERS.items():
        assert orders.bpfi + orders.bpfo == pytest.approx(13, abs=1e-9)
        assert look_up(designation).geometry.orders().bpfi == pytest.approx(orders.bpfi, rel=2e-3)
        assert look_up(designation).geometry.orders().bsf == pytest.approx(orders.bsf, rel=5e-3)
