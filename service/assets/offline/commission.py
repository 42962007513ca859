"""From healthy recordings to a machine's file, by the rules by which a service commissions."""

from collections.abc import Iterable
from typing import Literal

from service.assets.asset import Asset
from service.assets.commissioning import Order, drafted, refuse_doubted
from service.assets.offline.listener import Heard
from service.assets.offline.machine import Machine
from service.assets.offline.trouble import MachineError, told
from service.errors import RequestRefused


def commissioned(
    asset: Asset,
    rate_hz: float | None,
    heard: Iterable[Heard],
    *,
    why: str | None = None,
    extends: Machine | None = None,
) -> Machine:
    """A machine whose healthy recordings these are.

    Args:
        asset: the measuring point.
        rate_hz: of its recordings, where their files do not say it.
        heard: the healthy recordings.
        why: the word of confirmation for recordings that do not look healthy.
        extends: they are added to what this one was commissioned on.

    Raises:
        MachineError: they do not look healthy and nobody confirms it, they are of two bearings, or nothing can be
            learned.
    """
    known = () if extends is None else extends.recordings
    new = {each.content: each for each in heard if each.content not in known}
    if not new:
        raise MachineError("all of these recordings were commissioned on before; give others")
    mode: Literal["new", "extend"] = "new" if extends is None else "extend"
    answers = {axis.name: [each.axes[axis.name] for each in new.values()] for axis in asset.axes}
    order = Order(answers=answers, mode=mode, names=[each.dated.path.name for each in new.values()], why=why)
    before = {} if extends is None else extends.healthy
    version = 1 + max((standing.version for standing in before.values()), default=0)
    try:
        refuse_doubted(order)
        healthy = {standing.axis: standing for standing in drafted(order, before, version)}
    except RequestRefused as refusal:
        if refusal.status == 409:
            reasons = "\n  ".join(each.reason for each in refusal.problems)
            raise MachineError(
                f"these recordings do not look healthy:\n  {reasons}\n"
                'Look at the machine; if it is healthy all the same, say --confirm "WHY"'
            ) from None
        raise told(refusal, asset.id) from None
    return Machine(asset=asset, rate_hz=rate_hz, healthy=healthy, recordings=(*known, *new))
