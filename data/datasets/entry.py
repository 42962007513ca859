"""One published recording: what it is, and where it can be had, without reading it."""

from dataclasses import dataclass

from data.fault import Fault


@dataclass(frozen=True)
class Entry:
    """One recording of a public dataset.

    Attributes:
        rig: the machine (`mfpt`, `jnu`, `cwru`).
        name: the stem of the published file name; unique within the dataset.
        file: the published file name.
        fault: the label.
        rate_hz: published sampling rate.
        speed_rpm: nominal shaft speed; the recording has the measured one where its file holds it.
        load: with its published unit ("270 lbs"), "" where none is published.
        bearing: which physical bearing; the same at every load and speed it was run at.
        url: the public home of the file.
        size: bytes at the public home, where known.
        checksum: "sha256:..." or "md5:..." of the file at the public home, where known.
        aliases: other file names that the same recording is stored under.
        diameter_in: diameter of the seeded fault in inches, where published.
        sensor: which of the sensors in its file, where another one is wanted than that which the dataset is used by.
    """

    rig: str
    name: str
    file: str
    fault: Fault
    rate_hz: float
    speed_rpm: float
    load: str
    bearing: str
    url: str
    size: int | None
    checksum: str | None
    aliases: tuple[str, ...] = ()
    diameter_in: float | None = None
    sensor: str | None = None
