"""What a request leaves open, filled in from the asset; where both speak, the request counts, and it is said."""

import math
from dataclasses import astuple, replace
from typing import Any

from data.bearing import Bearing
from models.shaft_speed import IN_DOUBT
from service.assets.asset import Asset, Axis, Fixed, Range
from service.bearing import as_text, read_bearing
from service.errors import refused
from service.question import Given


def filled(given: Given, asset: Asset, axis: Axis) -> Given:
    """The signal of one axis, with what the asset knows about it.

    Raises:
        RequestRefused: `speed_rpm`: each request must bring it for this asset; or the request contradicts itself.
    """
    added: dict[str, Any] = {}
    warnings: list[str] = []
    for found, doubts in (_speed(given, asset), _bearing(given, asset), _unit(given, axis)):
        added |= found
        warnings += doubts
    return replace(given, query=given.query.model_copy(update=added), warnings=(*given.warnings, *warnings))


Found = tuple[dict[str, Any], list[str]]
"""What is added to the query, and what to keep in mind."""


def _speed(given: Given, asset: Asset) -> Found:
    told, speed = given.told("speed_rpm"), asset.speed
    rpm = given.signal.speed_rpm if told is None else told
    if rpm is None:
        if isinstance(speed, Fixed):
            return {"speed_rpm": speed.rpm}, []
        if speed is None:
            return {}, []
        said = f"a range, {_range(speed)}" if isinstance(speed, Range) else "given with each request"
        raise refused(422, "speed_rpm", f"is missing: the speed of {asset.id} is {said}")
    if isinstance(speed, Fixed) and not _within(rpm, speed.rpm, speed.rpm):
        return {}, [f"{asset.id} turns at {speed.rpm:g} rpm; the request's {rpm:g} rpm were used"]
    if isinstance(speed, Range) and not _within(rpm, speed.lowest_rpm, speed.highest_rpm):
        return {}, [f"{asset.id} turns at {_range(speed)}, give or take {IN_DOUBT:.0%}; {rpm:g} rpm were used"]
    return {}, []


def _within(rpm: float, lowest: float, highest: float) -> bool:
    return lowest * (1 - IN_DOUBT) <= rpm <= highest * (1 + IN_DOUBT)


def _range(speed: Range) -> str:
    return f"{speed.lowest_rpm:g} to {speed.highest_rpm:g} rpm"


def _bearing(given: Given, asset: Asset) -> Found:
    if asset.bearing is None:
        return {}, []
    told, known = given.bearing(), read_bearing(asset.bearing)
    if told is None:
        return {"bearing": as_text(asset.bearing)}, []
    if _same(told, known):
        return {}, []
    return {}, [f"the bearing of {asset.id} is another one ({known.name}); the request's ({told.name}) was used"]


def _same(one: Bearing, other: Bearing) -> bool:
    pairs = zip(astuple(one.orders), astuple(other.orders), strict=True)
    return all(math.isclose(*pair, rel_tol=1e-6) for pair in pairs)


def _unit(given: Given, axis: Axis) -> Found:
    told = {name: given.told(name) for name in ("unit", "sensitivity_mv_g")}
    known = {name: getattr(axis, name) for name in told}
    contradicted = [name for name in told if None not in (told[name], known[name]) and told[name] != known[name]]
    if contradicted:
        said = "; ".join(f"{name} {known[name]}, the request's {told[name]} was used" for name in contradicted)
        return {}, [f"the asset says of axis {axis.name}: {said}"]
    # Volts go with a sensitivity: what the asset has of the pair completes what was told of it.
    return {name: known[name] for name in told if told[name] is None}, []
