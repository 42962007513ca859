"""The bearing that a request names: as text (`data.bearing`), or as a JSON object of its geometry or its orders."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from data.bearing import Bearing, by_geometry, by_orders
from data.bearing import read_bearing as read_text
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


def as_text(given: str | GeometryGiven | OrdersGiven) -> str:
    """The same in the form that a query takes; `read_bearing` makes the same bearing of it."""
    if isinstance(given, str):
        return given
    return ",".join(f"{name}={number!r}" for name, number in given.model_dump().items())


def read_bearing(given: str | GeometryGiven | OrdersGiven) -> Bearing:
    """The bearing behind what was given.

    Raises:
        SignalError: field `bearing`: not in the catalogue, or a geometry or orders that no bearing has.
    """
    if isinstance(given, str):
        return read_text(given)
    if isinstance(given, OrdersGiven):
        return by_orders(CharacteristicOrders(**given.model_dump()))
    return by_geometry(Geometry(**given.model_dump()))
