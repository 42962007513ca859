"""A simulated machine that is recorded on many days, healthy and with a fault that grows."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from data.fault import Fault
from data.geometry import Geometry
from data.recording import Recording
from data.rig import LoadZone, Resonance, Rig, simulate

# Of the 6205-2RS JEM, which the asset of these tests has.
RIG = Rig(
    geometry=Geometry(9, 0.20338321405),
    speed_rpm=1800.0,
    rate_hz=25_600.0,
    resonances=(Resonance(1900, 0.06, 0.6), Resonance(3400, 0.05), Resonance(5100, 0.04, -0.7)),
    load_zone=LoadZone(),
    noise_g=0.05,
    shaft_harmonics=(0.5, 0.4, 0.4, 0.3, 0.3, 0.3, 0.2, 0.2, 0.2, 0.2),
)
SECONDS = 2.0


def day(number: int, snr_db: float | None = None, speed_rpm: float = 1800.0) -> Recording:
    """A recording of a day: a little louder or softer than that before; with an outer race fault of that strength."""
    rng = np.random.default_rng([6205, number])
    louder = 10 ** (0.8 * rng.standard_normal() / 20)
    rig = replace(RIG, noise_g=RIG.noise_g * louder, snr_db=snr_db or 0.0, speed_rpm=speed_rpm)
    return simulate(rig, Fault.NORMAL if snr_db is None else Fault.OUTER_RACE, SECONDS, rng)


def lines(recordings: Sequence[Recording]) -> bytes:
    """As NDJSON."""
    return b"\n".join(
        b'{"rate_hz": %d, "samples": [%s]}' % (each.rate_hz, b",".join(b"%.7g" % value for value in each.samples))
        for each in recordings
    )
