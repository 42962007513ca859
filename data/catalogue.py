"""Bearings by designation, each with the source of its geometry.

Makers choose the inner geometry: another maker's bearing of the same designation may differ by a few percent.

>>> look_up("skf 6205 2rs").geometry.rolling_elements
9
"""

import difflib
import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.errors import SignalError
from data.geometry import Geometry

_FILE = Path(__file__).with_name("catalogue.toml")
_MAKERS = {"SKF", "FAG", "INA", "NTN", "NSK", "SNR", "KOYO", "NACHI", "TIMKEN", "LDK", "REXNORD", "MFPT"}
_MAKER_WRITTEN_ON = re.compile(rf"^(?:{'|'.join(sorted(_MAKERS))})(?=.)")
# Seals, shields and clearance stand behind the base designation and leave the geometry as it is.
_SUFFIX = re.compile(r"(2RS|2Z|2RZ|DDU|LLU|LLB|ZZ|RS|Z|C[2-5])[A-Z0-9]*$")


@dataclass(frozen=True)
class CatalogueBearing:
    """A bearing type: `designation`, its `geometry`, the `source` to cite for it, and a `warning` where one is due."""

    designation: str
    geometry: Geometry
    source: str
    warning: str = ""


def look_up(designation: str) -> CatalogueBearing:
    """The bearing of that designation; case, blanks, the maker's name, and seal or clearance suffixes do not matter.

    Raises:
        SignalError: it is not in the catalogue; the nearest designations are said.
    """
    index = _index()
    for form in _forms(designation):
        if form in index:
            return index[form]
    known = sorted({bearing.designation for bearing in index.values()})
    by_form = {_joined(name): name for name in known}
    nearest = difflib.get_close_matches(_joined(designation), by_form, n=3, cutoff=0.5)
    hint = f"nearest: {', '.join(by_form[form] for form in nearest)}" if nearest else f"there are {', '.join(known)}"
    raise SignalError(
        "bearing",
        f"{designation!r} is not in the catalogue ({hint}); give its geometry instead, as "
        "rolling_elements=9,diameter_ratio=0.2034",
    )


def search(text: str) -> list[CatalogueBearing]:
    """The bearings in whose designation `text` stands, however it is written; those that begin with it first.

    >>> [bearing.designation for bearing in search("nu 2")]
    ['NU205']
    """
    wanted = _joined(text)
    places: dict[str, int] = {}
    for form, bearing in _index().items():
        if wanted in form:
            place = form.index(wanted)
            places[bearing.designation] = min(place, places.get(bearing.designation, place))
    return [look_up(name) for name in sorted(places, key=lambda name: (places[name] > 0, name))]


def __getattr__(name: str) -> Mapping[str, CatalogueBearing]:
    # The file is read when somebody asks, not when the package is imported.
    if name == "CATALOGUE":
        return MappingProxyType({bearing.designation: bearing for bearing in _index().values()})
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@functools.cache
def _index() -> dict[str, CatalogueBearing]:
    index: dict[str, CatalogueBearing] = {}
    for row in tomllib.loads(_FILE.read_text("utf-8"))["bearing"]:
        bearing = _bearing(row)
        for name in (bearing.designation, *row.get("also", ())):
            if _joined(name) in index:
                raise ValueError(f"{_FILE.name}: {name} stands for two bearings")
            index[_joined(name)] = bearing
    return index


def _bearing(row: dict[str, Any]) -> CatalogueBearing:
    ratio = row["element_diameter"] / row["pitch_diameter"]
    geometry = Geometry(row["rolling_elements"], ratio, row["contact_angle_deg"])
    return CatalogueBearing(row["designation"], geometry, row["source"], row.get("warning", ""))


def _words(designation: str) -> list[str]:
    words = re.findall(r"[A-Z0-9]+", designation.upper())
    return [_MAKER_WRITTEN_ON.sub("", word) for word in words if word not in _MAKERS] or words


def _joined(designation: str) -> str:
    return "".join(_words(designation))


def _forms(designation: str) -> Iterator[str]:
    """The designation as it was given, then with fewer words behind, then without suffixes written on to it."""
    words = _words(designation)
    for count in range(len(words), 0, -1):
        joined = "".join(words[:count])
        yield joined
        while (shorter := _SUFFIX.sub("", joined)) != joined:
            yield shorter
            joined = shorter
