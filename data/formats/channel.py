"""Which channels of a file are read: one by its name or number, several by theirs, or every one."""

from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal

from data.formats.source import Source


class _Wanted(Enum):
    EVERY = "every channel"


EVERY: Final = _Wanted.EVERY
Channel = str | int | None
"""One channel of a file: its name, or its number counted from 1; None where there is only one."""
Wanted = Channel | tuple[str, ...] | Literal[_Wanted.EVERY]


def pick(
    source: Source,
    names: Sequence[str],
    wanted: Wanted,
    *,
    offered: Sequence[int] | None = None,
    listed: Sequence[str] | None = None,
    advice: str = "",
) -> list[int]:
    """The places in `names` that are wanted.

    Args:
        source: whose channels they are.
        names: of all channels; `group/name` and `struct.name` are found by `name` too, where only one is called so.
        wanted: by name, by number from 1, several in this order, or every one that is offered.
        offered: places of those that are signals, where not all are (times are none).
        listed: the names as messages show them.
        advice: added where several are offered and none is wanted by name.

    Raises:
        FormatError: there is no such channel, there is none at all, or there are several and None is wanted.
    """
    offered = range(len(names)) if offered is None else offered
    shown = names if listed is None else listed
    if not offered:
        raise source.wrong("there is no signal in it")
    if wanted is EVERY:
        return list(offered)
    if isinstance(wanted, tuple):
        return [_one(source, names, each, shown) for each in wanted]
    if wanted is None:
        if len(offered) == 1:
            return [offered[0]]
        told = _few([shown[place] for place in offered])
        reason = (
            f"{len(offered)} channels ({told}); say which with `channel`, by name or by number from 1 to {len(names)}"
        )
        raise source.wrong(reason + advice, "channel")
    return [_one(source, names, wanted, shown)]


def distinct(names: Sequence[str]) -> list[str]:
    """The names, where the second `x` becomes `x (2)` and one without a name its number.

    >>> distinct(["x", "", "x"])
    ['x', '2', 'x (2)']
    """
    found: list[str] = []
    counts: dict[str, int] = {}
    for number, given in enumerate(names, 1):
        name = given.strip() or str(number)
        counts[name] = counts.get(name, 0) + 1
        found.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return found


def _one(source: Source, names: Sequence[str], wanted: str | int, shown: Sequence[str]) -> int:
    place = _place(names, str(wanted).strip())
    if place is None:
        reason = f"no channel {wanted!r}; there are {_few(shown)}, or give a number from 1 to {len(names)}"
        raise source.wrong(reason, "channel")
    return place


def _place(names: Sequence[str], wanted: str) -> int | None:
    if wanted in names:
        return list(names).index(wanted)
    ending = [place for place, name in enumerate(names) if name.endswith((f"/{wanted}", f".{wanted}"))]
    if len(ending) == 1:
        return ending[0]
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    return None


def _few(names: Sequence[str]) -> str:
    most = 24
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
