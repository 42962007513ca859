"""What each indicator is, in words: for tables and documents."""

from typing import NamedTuple


class Definition(NamedTuple):
    """Unit ("" where it has none), meaning, and the standard or paper it is of."""

    unit: str
    meaning: str
    standard: str


DEFINITIONS = {
    "velocity_rms_mm_s": Definition("mm/s", "RMS of the velocity, 10 to 1,000 Hz", "ISO 20816-1, ISO 20816-3"),
    "acceleration_rms_g": Definition("g", "RMS about the mean, all frequencies", "ISO 2041"),
    "peak_g": Definition("g", "largest distance from the mean", "ISO 2041"),
    "kurtosis": Definition("", "Pearson's: 3 of noise, 1.5 of a sine", "Dyer and Stewart 1978"),
    "crest_factor": Definition("", "peak over RMS: 1.4 of a sine", "ISO 2041"),
    "band_rms_g": Definition("g", "RMS of the band", "Parseval"),
    "envelope_rms_g": Definition("g", "RMS about its mean of the band's envelope", "McFadden and Smith 1984"),
}
"""By family: the name, less the edges of its band in Hz."""


def family(name: str) -> str:
    """The family of an indicator's name.

    >>> family("band_rms_g_10_500"), family("kurtosis")
    ('band_rms_g', 'kurtosis')
    """
    parts = name.split("_")
    return "_".join(parts[:-2]) if parts[-1].isdigit() else name
