"""A plant, inside the container that retrains (docker/test-retrain.sh).

Machines of a make that the service does not know are heard and opened, and what was found is said. Prints how many
recordings that makes.
"""

from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import httpx2
import numpy as np

from data.fault import FAULTS
from data.geometry import Geometry
from data.recording import Recording
from data.rig import Resonance, Rig, simulate

SERVICE = "http://brinell:8000"
KEY = Path("/run/secrets/admin_key").read_text().strip()
BEARINGS = 6
OF_EACH = 2
RATE_HZ = 12_000.0


def recording(number: int, bearing: int, again: int) -> Recording:
    """One second of a machine with the fault of this number."""
    rig = Rig(Geometry(12, 0.15), 1700.0 + 20 * bearing, RATE_HZ, (Resonance(3400.0 + 30 * bearing, 0.05),), snr_db=3.0)
    return simulate(rig, FAULTS[number], 1.0, np.random.default_rng((7, number, bearing, again)))


with httpx2.Client(base_url=SERVICE, headers={"Authorization": f"Bearer {KEY}"}, timeout=60) as client:
    for number, bearing in product(range(len(FAULTS)), range(BEARINGS)):
        asset = f"{FAULTS[number]}-{bearing}".replace("_", "-")
        machine = {
            "id": asset,
            "machine": asset,
            "point": "drive end",
            "axes": [{"name": "x"}],
            "speed": {"kind": "given"},
        }
        client.post("/v1/assets", json=machine).raise_for_status()
        for again in range(OF_EACH):
            heard = recording(number, bearing, again)
            query = {"rate_hz": heard.rate_hz, "speed_rpm": heard.speed_rpm, "keep": "true"}
            content = heard.samples.astype("<f4").tobytes()
            body = {"content": content, "headers": {"Content-Type": "application/octet-stream"}}
            answer = client.post(f"/v1/assets/{asset}/diagnose", params=query, **body).raise_for_status().json()
            finding = {"finding": FAULTS[number], "opened": datetime.now(UTC).isoformat(), "by": "the plant"}
            about = {"asset": asset, "diagnosis": answer["axes"]["x"]["id"]}
            client.post("/v1/feedback", json=finding | about).raise_for_status()
print(len(FAULTS) * BEARINGS * OF_EACH)
