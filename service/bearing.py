"""The bearing that a request names: by designation, by geometry, or by its characteristic orders.

>>> read_bearing("rolling_elements=9,diameter_ratio=0.2034").orders.bpfo.__round__(2)
3.58
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from data.errors import SignalError
from data.geometry import CharacteristicOrders, Geometry

Order = Annotated[float, Field(gt=0, lt=100, allow_inf_nan=False)]


class GeometryGiven(BaseModel):
    """A bearing by its geometry."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    rolling_elements: Annotated[int, Field(ge=3, le=100, description="Balls or rollers.")]
    diameter_ratio: Annotated[float, Field(gt=0, lt=0.7, description="Rolling element over pitch diameter.")]
    contact_angle_deg: Annotated[float, Field(ge=0, lt=90)] = 0.0


class OrdersGiven(BaseModel):
    """A bearing by its characteristic orders: events per shaft revolution."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    bpfo: Annotated[Order, Field(description="Ball pass frequency, outer race, over shaft frequency.")]
    bpfi: Annotated[Order, Field(description="Ball pass frequency, inner race, over shaft frequency.")]
    bsf: Annotated[Order, Field(description="Ball spin frequency, over shaft frequency.")]
    ftf: Annotated[Order, Field(description="Cage frequency, over shaft frequency.")]


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "designation"
    if isinstance(value, OrdersGiven):
        return "orders"
    names = set(value) if isinstance(value, dict) else set()
    return "orders" if names & set(OrdersGiven.model_fields) else "geometry"


Designation = Annotated[str, Field(min_length=1, max_length=200, examples=["6205-2RS JEM"])]
BearingGiven = Annotated[
    Annotated[Designation, Tag("designation")]
    | Annotated[GeometryGiven, Tag("geometry")]
    | Annotated[OrdersGiven, Tag("orders")],
    Discriminator(_kind),
]


@dataclass(frozen=True)
class NamedBearing:
    """A bearing and what it was named by."""

    name: str
    orders: CharacteristicOrders


def read_bearing(given: str | GeometryGiven | OrdersGiven) -> NamedBearing:
    """The bearing behind what was given; text is a designation, or a geometry or orders as `name=number,...`.

    Raises:
        SignalError: field `bearing`: not in the catalogue, or a geometry or orders that no bearing has.
    """
    if isinstance(given, str):
        return read_bearing(_numbers(given)) if "=" in given else _from_catalogue(given)
    if isinstance(given, OrdersGiven):
        return NamedBearing("given orders", CharacteristicOrders(**given.model_dump()))
    return NamedBearing("given geometry", Geometry(**given.model_dump()).orders())


def _from_catalogue(designation: str) -> NamedBearing:
    from data.catalogue import look_up

    found = look_up(designation)
    return NamedBearing(found.designation, found.geometry.orders())


def _numbers(text: str) -> GeometryGiven | OrdersGiven:
    values: dict[str, float | int] = {}
    for part in text.split(","):
        name, _, number = (piece.strip() for piece in part.partition("="))
        try:
            values[name] = int(number) if number.isdigit() else float(number)
        except ValueError:
            raise SignalError("bearing", f"{part.strip()!r} is not name=number") from None
    model: type[GeometryGiven] | type[OrdersGiven] = OrdersGiven if _kind(values) == "orders" else GeometryGiven
    try:
        return model.model_validate(values)
    except ValueError as error:
        raise SignalError("bearing", _first(error)) from None


def _first(error: ValueError) -> str:
    details: Any = error.errors(include_url=False)[0]  # type: ignore[attr-defined]
    name = ".".join(str(part) for part in details["loc"])
    if details["type"] == "extra_forbidden":
        return f"{name} is neither of a geometry nor one of the orders"
    if details["type"] == "missing":
        return f"{name} is missing"
    return f"{name}: {details['msg']}, not {details['input']!r}"
