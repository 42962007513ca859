"""A bearing as people write it: by designation, by geometry, or by its characteristic orders.

>>> round(read_bearing("rolling_elements=9,diameter_ratio=0.2034").orders.bpfo, 2)
3.58
>>> read_bearing("9,0.2034").geometry == read_bearing("rolling_elements=9,diameter_ratio=0.2034").geometry
True
"""

from dataclasses import asdict, dataclass, fields

from data.catalogue import look_up
from data.errors import SignalError
from data.geometry import CharacteristicOrders, Geometry

GEOMETRY_FORM = "rolling_elements=9,diameter_ratio=0.2034[,contact_angle_deg=15]"
SHORT_FORM = "9,0.2034[,15]"
ORDERS_FORM = "bpfo=3.58,bpfi=5.42,bsf=2.36,ftf=0.398"
FORMS = f"a designation (6205), a geometry ({GEOMETRY_FORM}, or {SHORT_FORM}) or the orders ({ORDERS_FORM})"

_GEOMETRY = tuple(field.name for field in fields(Geometry))
_ORDERS = tuple(field.name for field in fields(CharacteristicOrders))
_OPTIONAL = "contact_angle_deg"


@dataclass(frozen=True)
class Bearing:
    """A bearing: its orders, and what else is known.

    Attributes:
        name: what it was named by.
        orders: characteristic orders.
        geometry: where it was given by more than its orders.
        source: of the catalogue's geometry, to cite; "" where none was needed.
        warning: what to keep in mind with the catalogue's geometry; "" where nothing.
    """

    name: str
    orders: CharacteristicOrders
    geometry: Geometry | None = None
    source: str = ""
    warning: str = ""


def read_bearing(text: str) -> Bearing:
    """The bearing that `text` names, in one of `FORMS`.

    Raises:
        SignalError: field `bearing`: not in the catalogue, or a geometry or orders that no bearing has.
    """
    if "=" in text:
        numbers = _named_numbers(text)
        return _by_orders(numbers) if numbers.keys() & set(_ORDERS) else by_geometry(_geometry(numbers))
    if "," in text:
        return by_geometry(_geometry(_numbers_in_turn(text)))
    found = look_up(text)
    return Bearing(found.designation, found.geometry.orders(), found.geometry, found.source, found.warning)


def by_geometry(geometry: Geometry) -> Bearing:
    """The bearing of a geometry."""
    return Bearing("given geometry", geometry.orders(), geometry)


def by_orders(orders: CharacteristicOrders) -> Bearing:
    """The bearing of which the orders are known, and nothing else."""
    return Bearing("given orders", orders)


def written(geometry: Geometry) -> str:
    """The geometry as `read_bearing` reads it."""
    return ",".join(f"{name}={number:.6g}" for name, number in asdict(geometry).items())


def _named_numbers(text: str) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (piece.strip() for piece in part.partition("="))
        if name not in (*_GEOMETRY, *_ORDERS):
            raise SignalError("bearing", f"{name!r} is neither of a geometry nor one of the orders; write {_forms()}")
        if name in numbers:
            raise SignalError("bearing", f"{name} stands there twice")
        numbers[name] = _number(number, part)
    return numbers


def _numbers_in_turn(text: str) -> dict[str, float]:
    numbers = [_number(part, text) for part in text.split(",")]
    if len(numbers) > len(_GEOMETRY):
        raise SignalError("bearing", f"{text!r} is no geometry; write {_forms()}")
    return dict(zip(_GEOMETRY, numbers, strict=False))


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SignalError("bearing", f"{where.strip()!r}: {text.strip()!r} is no number; write {_forms()}") from None


def _geometry(numbers: dict[str, float]) -> Geometry:
    _complete(numbers, _GEOMETRY, GEOMETRY_FORM)
    elements = numbers["rolling_elements"]
    if not elements.is_integer():
        raise SignalError("bearing", f"rolling_elements is {elements:g}; a whole number is wanted, as {GEOMETRY_FORM}")
    return Geometry(int(elements), numbers["diameter_ratio"], numbers.get(_OPTIONAL, 0.0))


def _by_orders(numbers: dict[str, float]) -> Bearing:
    _complete(numbers, _ORDERS, ORDERS_FORM)
    return by_orders(CharacteristicOrders(**numbers))


def _complete(numbers: dict[str, float], names: tuple[str, ...], form: str) -> None:
    absent = [name for name in names if name not in numbers and name != _OPTIONAL]
    if absent:
        raise SignalError("bearing", f"{', '.join(absent)} missing; write {form}")
    foreign = sorted(numbers.keys() - set(names))
    if foreign:
        raise SignalError("bearing", f"geometry and orders at once ({', '.join(foreign)}); write {form}")


def _forms() -> str:
    return f"{GEOMETRY_FORM}, {SHORT_FORM} or {ORDERS_FORM}"
