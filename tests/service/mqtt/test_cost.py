"""What the whole chain costs a gateway: ten sensors, each with a recording of a second every minute."""

import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.service.mqtt.broker import Mosquitto
from tests.service.mqtt.plant import Plant, wait_for
from tests.service.mqtt.sensors import EXAMPLES, base64_json
from tests.service.store.served import served

SENSORS = 10
MINUTES = 3
RATE_HZ = 97_656
MIB = 1 << 20


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def rss_mib(process: psutil.Process) -> float:
    return float(process.memory_info().rss / MIB)


@pytest.mark.slow
def test_ten_sensors_with_a_recording_a_minute_leave_a_gateway_nearly_idle(
    broker: Mosquitto, sensors: Plant, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    mapping = tmp_path / "mapping.toml"
    source, _, _ = (EXAMPLES / "base64.toml").read_text().partition("[assets")
    facts = "speed_rpm = 1480\nbearing = '6205'\n"
    mapping.write_text(source + "".join(f"[assets.pump-{number}]\n{facts}" for number in range(SENSORS)))
    with served(state=tmp_path, mqtt=broker.url, mqtt_mapping=mapping, threads=1) as service:
        wait_for(lambda: sensors.latest.get("brinell/status") == b"online")
        assert broker.process is not None
        both = [psutil.Process(process.pid) for process in (service.process, broker.process)]
        at_rest, spent, began = rss_mib(both[0]), [cpu_s(each) for each in both], time.monotonic()
        most = at_rest
        for number in range(SENSORS * MINUTES):
            time.sleep(max(0.0, began + number * 60 / SENSORS - time.monotonic()))
            samples = rng.standard_normal(RATE_HZ, dtype=np.float32)
            sensors.send(f"plant/pump-{number % SENSORS}/vibration/x", base64_json(samples, f"{number}", RATE_HZ))
            most = max(most, rss_mib(both[0]))
        wait_for(lambda: len(sensors.answers) == SENSORS * MINUTES)
        took = time.monotonic() - began
        shares = [(cpu_s(each) - before) / took for each, before in zip(both, spent, strict=True)]
        print(f"{len(sensors.answers)} recordings in {took:.0f} s")
        print(f"service: {shares[0]:.2%} of a core, {at_rest:.0f} MiB at rest, at most {most:.0f} MiB")
        print(f"Mosquitto: {shares[1]:.2%} of a core, {rss_mib(both[1]):.0f} MiB")
    assert shares[0] < 0.05
    assert most < 280
