"""A small plant for the page to show: four measuring points, one commissioned, on which a fault grows."""

import io
from collections.abc import Callable

import httpx2
import numpy as np

from data.recording import Recording
from tests.service.asking import FLOAT32
from tests.service.assets.healthy import day, lines

FAN, MOTOR, PUMP, PRESS = "mill-3.fan.de", "mill-3.motor", "pump-7.de", "press.gear"
POINTS = {
    FAN: ("mill 3", "fan, drive end"),
    MOTOR: ("mill 3", "motor, drive end"),
    PUMP: ("pump 7", "drive end"),
    PRESS: ("press", "gearbox, input shaft"),
}
FACTS = {
    "axes": [{"name": "x"}], "bearing": "6205", "speed": {"kind": "fixed", "rpm": 1800},
    "machine_class": {"group": 2, "foundation": "rigid"},
}  # fmt: skip
GROWING_DB = (-34.0, -30.0, -26.0, -22.0, -18.0, -15.0, -12.0, -9.0, -6.0, -3.0)
HEALTHY = 10
DAYS = 24

Wait = Callable[[int], None]


def unpaced(_: int) -> None:
    """All days are now."""


def npy(recording: Recording) -> bytes:
    """As a file."""
    file = io.BytesIO()
    np.save(file, recording.samples, allow_pickle=False)
    return file.getvalue()


class Plant:
    """Machines that are recorded on many days; `client` asks the service about them."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client = client

    def register(self) -> None:
        """All points."""
        for identity, (machine, point) in POINTS.items():
            self.add(identity, machine, point)

    def add(self, identity: str, machine: str, point: str) -> None:
        """One more point."""
        self._post("/v1/assets", json=FACTS | {"id": identity, "machine": machine, "point": point})

    def commission(self, identity: str, first: int = 0, count: int = HEALTHY) -> None:
        """On healthy recordings."""
        content = lines([day(number) for number in range(first, first + count)])
        self._post(f"/v1/assets/{identity}/baseline", content=content, headers={"Content-Type": "application/x-ndjson"})

    def ask(self, identity: str, number: int, snr_db: float | None = None) -> None:
        """About the recording of a day."""
        recording = day(number, snr_db)
        query = f"rate_hz={recording.rate_hz}"
        self._post(f"/v1/assets/{identity}/diagnose?{query}", content=recording.samples.tobytes(), headers=FLOAT32)

    def live(self, wait: Wait = unpaced) -> None:
        """Weeks of it: on the fan a fault grows, on the pump one begins; the press is not recorded."""
        self.register()
        wait(DAYS)
        self.commission(FAN)
        for ago in range(DAYS - 1, -1, -1):
            wait(ago)
            worn = len(GROWING_DB) - 1 - ago
            self.ask(FAN, 100 + ago, GROWING_DB[worn] if worn >= 0 else None)
            self.ask(MOTOR, 200 + ago)
            if ago < 12:
                self.ask(PUMP, 300 + ago, -13.0 if ago < 2 else None)

    def _post(self, path: str, **how: object) -> None:
        answer = self.client.post(path, **how)  # type: ignore[arg-type]
        assert answer.status_code < 300, answer.text
