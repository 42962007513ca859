"""The catalogue: designations as people write them, and geometry that gives the published orders."""

import pytest

from data import catalogue
from data.catalogue import look_up
from data.errors import SignalError


@pytest.mark.parametrize(
    ("written", "designation"),
    [
        ("6205", "6205-2RS JEM"),
        ("SKF 6205-2RS JEM", "6205-2RS JEM"),
        (" skf  6205-2rs jem ", "6205-2RS JEM"),
        ("6205-2RS", "6205-2RS JEM"),
        ("62052RS", "6205-2RS JEM"),
        ("6205ZZ", "6205-2RS JEM"),
        ("6205-2Z/C3", "6205-2RS JEM"),
        ("6205 C3", "6205-2RS JEM"),
        ("6203", "6203"),
        ("FAG 6203-C3", "6203"),
        ("6203-2RS JEM", "6203-2RS JEM"),
        ("nu 205", "NU205"),
        ("N205", "N205"),
        ("Rexnord ZA2115", "ZA-2115"),
        ("nice", "NICE"),
        ("MFPT NICE", "NICE"),
        ("SKF6205", "6205-2RS JEM"),
        ("fag6203-c3", "6203"),
        ("SKFNU205", "NU205"),
    ],
)
def test_a_designation_is_found_however_it_is_written(written: str, designation: str) -> None:
    assert look_up(written).designation == designation


@pytest.mark.parametrize(
    "written", ["6206", "16205", "62050", "205", "NJ205", "", "-", "SKF", "2RS", "SKFSKF", "SKF6206"]
)
def test_another_bearing_is_not_taken_for_one_we_know(written: str) -> None:
    with pytest.raises(SignalError) as raised:
        look_up(written)
    assert raised.value.field == "bearing"
    assert "geometry" in str(raised.value)


def test_the_nearest_designations_are_said() -> None:
    with pytest.raises(SignalError, match=r"nearest: .*6203"):
        look_up("6204")


# Published beside the geometry, but for NICE's from the MFPT files: an independent check of the numbers.
@pytest.mark.parametrize(
    ("designation", "bpfo", "bpfi"),
    [
        ("NICE", 81.125 / 25, 118.875 / 25),
        ("6205-2RS JEM", 3.5848, 5.4152),
        ("6203-2RS JEM", 3.0530, 4.9469),
        ("6203", 3.05, 4.95),
        ("N205", 5.415, 7.585),
        ("NU205", 5.23, 7.77),
        ("ZA-2115", 236.4 / (2000 / 60), 296.9 / (2000 / 60)),
        ("ER16K", 3.57, 5.43),
        ("6804RS", 168.3 / 30, 221.7 / 30),
        ("UER204", 3.08, 4.92),
    ],
)
def test_the_geometry_gives_the_published_orders(designation: str, bpfo: float, bpfi: float) -> None:
    orders = look_up(designation).geometry.orders()
    assert orders.bpfo == pytest.approx(bpfo, rel=2e-3)
    assert orders.bpfi == pytest.approx(bpfi, rel=2e-3)


def test_every_bearing_has_a_source_and_is_found_by_its_own_name() -> None:
    assert len(catalogue.CATALOGUE) == 10
    for designation, bearing in catalogue.CATALOGUE.items():
        assert look_up(designation) is bearing
        assert len(bearing.source) > 30


def test_a_bearing_that_was_only_measured_on_a_rig_says_so() -> None:
    warned = {bearing.designation for bearing in catalogue.CATALOGUE.values() if bearing.warning}
    assert warned == {"N205", "NU205"}
    assert "measured on the JNU recordings" in look_up("N205").warning
