"""What an answer tells to keep in mind about the question."""

from starlette.testclient import TestClient

from tests.service.asking import Simulated, post


def test_a_bearing_without_a_speed_is_a_warning(client: TestClient, simulated: Simulated) -> None:
    assert "of no use without the shaft speed" in " ".join(post(client, simulated(), bearing="6205")["warnings"])


def test_a_short_recording_is_a_warning(client: TestClient, simulated: Simulated) -> None:
    warnings = post(client, simulated(seconds=0.3), speed_rpm=1800)["warnings"]
    assert "short: 2 windows" in " ".join(warnings)


def test_a_bearing_that_was_only_measured_on_a_rig_is_a_warning(client: TestClient, simulated: Simulated) -> None:
    warnings = post(client, simulated(), speed_rpm=1800, bearing="NU205")["warnings"]
    assert "measured on the JNU recordings" in warnings[0]
    assert not any("JNU" in text for text in post(client, simulated(), speed_rpm=1800, bearing="6205")["warnings"])
