"""A measuring point as it is given on a command line."""

import re
from collections.abc import Sequence
from typing import Any

from service.assets import sheet
from service.assets.asset import Asset
from service.assets.offline.trouble import told
from service.errors import RequestRefused

_NOT_IN_AN_ID = re.compile(r"[^a-z0-9._-]+")


def asset_of(
    name: str, *, bearing: str | None, speed: str | None, machine_class: str | None, channels: Sequence[str],
    unit: str | None, sensitivity: float | None,
) -> Asset:  # fmt: skip
    """The point; what is given is read as the cells of a table of assets are (docs/assets.md).

    Args:
        name: of the machine; in small letters it is the id.
        speed: rpm, or a range (900-1500), or `given`.
        machine_class: group and foundation of ISO 20816-3, such as `2-rigid`.
        channels: of the files, one for each axis; none: they have but one.

    Raises:
        MachineError: something of it cannot be.
    """
    group, _, foundation = (machine_class or "").partition("-")
    of_point = {
        "machine": name, "point": name, "bearing": bearing, "speed": speed, "group": group, "foundation": foundation,
    }  # fmt: skip
    axes = [{"axis": each, "channel": each} for each in channels] or [{"axis": "x"}]
    identity = _NOT_IN_AN_ID.sub("-", name.lower()).strip("-._")[:64] or "machine"
    lines: list[dict[str, Any]] = [
        {"id": identity, "unit": unit, "sensitivity_mv_g": sensitivity} | axis for axis in axes
    ]
    lines[0] |= of_point
    try:
        [asset] = sheet.read(sheet.table(lines).encode()).values()
    except RequestRefused as refusal:
        raise told(refusal, "the machine") from None
    return asset
