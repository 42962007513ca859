"""A bearing can be written in several ways, and whatever is written wrong is answered with the right form."""

import pytest

from data.bearing import GEOMETRY_FORM, ORDERS_FORM, SHORT_FORM, read_bearing, written
from data.catalogue import look_up
from data.errors import SignalError
from data.geometry import CharacteristicOrders, Geometry


@pytest.mark.parametrize(
    "text",
    [
        "9,0.2034",
        "9, 0.2034, 0",
        "rolling_elements=9,diameter_ratio=0.2034",
        " diameter_ratio = 0.2034,rolling_elements=9",
    ],
)
def test_a_geometry_can_be_written_with_names_or_in_turn(text: str) -> None:
    assert read_bearing(text).geometry == Geometry(9, 0.2034)
    assert read_bearing(text).orders.bpfo == pytest.approx(3.5847)


def test_the_contact_angle_may_stand_behind() -> None:
    assert read_bearing("16,0.1176,15.17").geometry == Geometry(16, 0.1176, 15.17)
    assert read_bearing(written(Geometry(16, 0.1176, 15.17))).geometry == Geometry(16, 0.1176, 15.17)


def test_orders_can_be_written_with_names_and_have_no_geometry() -> None:
    found = read_bearing("bpfo=3.58,bpfi=5.42,bsf=2.36,ftf=0.398")
    assert found.orders == CharacteristicOrders(3.58, 5.42, 2.36, 0.398)
    assert found.geometry is None


def test_a_designation_brings_its_source_and_its_warning() -> None:
    found = read_bearing("nu205")
    assert (found.name, found.geometry) == ("NU205", look_up("NU205").geometry)
    assert "Jiangnan" in found.source
    assert "JNU" in found.warning


@pytest.mark.parametrize(
    "text",
    ["9,", "9,a", "9.5,0.2", "9,0.2,0,1", "2,0.2", "9,0.9", "9,nan", "inf,0.2",
     "rolling_elements=9,diameter_ratio=0.2,x=1",
     "bpfo=nan,bpfi=5,bsf=2,ftf=0.4", "bpfo=3,bpfo=3,bpfi=5,bsf=2,ftf=0.4"],
)  # fmt: skip
def test_what_no_bearing_has_is_refused(text: str) -> None:
    with pytest.raises(SignalError) as caught:
        read_bearing(text)
    assert caught.value.field == "bearing"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("9,a", SHORT_FORM),
        ("teeth=9", GEOMETRY_FORM),
        ("rolling_elements=9", GEOMETRY_FORM),
        ("rolling_elements=9.5,diameter_ratio=0.2", GEOMETRY_FORM),
        ("bpfo=3.6", ORDERS_FORM),
        ("bpfo=3.58,bpfi=5.42,bsf=2.36,ftf=0.398,rolling_elements=9", ORDERS_FORM),
        ("6299", "rolling_elements=9,diameter_ratio=0.2034"),
    ],
)
def test_the_error_shows_the_form(text: str, form: str) -> None:
    with pytest.raises(SignalError) as caught:
        read_bearing(text)
    assert form in caught.value.reason
