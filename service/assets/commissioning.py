"""From answers about healthy recordings to a new version of how a measuring point sounds when it is healthy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from data.errors import NotApplicable
from data.exported.lines import Identity
from models.baseline import Baseline, looks_faulty
from models.baseline import Healthy as Recorded
from service.assets import baselines, records
from service.assets.answer import AxisDiagnosis
from service.assets.baselines import Orders, Standing, orders_of, same_bearing
from service.assets.hearing import likelier
from service.diagnosis import Verdict
from service.errors import RequestRefused, problem, refused
from service.store.identity import wall_us
from service.store.store import Retried

MOST_HEALTHY = 200
"""Of one axis: each is held against all others, at every question that is asked later."""

MOST_VERSIONS = 100
MOST_TOLD = 20

Mode = Literal["new", "extend"]
Answers = Mapping[str, Sequence[AxisDiagnosis]]
"""By axis, in the order in which they came."""


class Earlier(BaseModel):
    """A body that names diagnoses in place of recordings."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    diagnoses: Annotated[
        list[Identity],
        Field(min_length=1, max_length=MOST_HEALTHY, description="Of this point; of each axis at least one."),
    ]


@dataclass(frozen=True)
class Order:
    """What is to be commissioned.

    Attributes:
        answers: about the healthy recordings.
        mode: `new` takes the place of what stands, `extend` adds to it.
        pieces: they were cut from one recording.
        names: what each recording is called, where they have names.
        why: the word of confirmation; None: nothing that looks faulty is taken.
        by: id of the key.
        again: where the request may come again.
    """

    answers: Answers
    mode: Mode
    pieces: bool = False
    names: Sequence[str] = ()
    why: str | None = None
    by: str | None = None
    again: Retried | None = None

    def called(self, at: int) -> str:
        """How a recording is told of; the first is at 0."""
        return self.names[at] if self.names else f"recording {at + 1}"


def refuse_doubted(order: Order) -> None:
    """Recordings that do not look healthy are not taken without a word of confirmation.

    Raises:
        RequestRefused: 409, with what speaks against each.
    """
    doubts = [f"{axis}, {doubt}" for axis, answers in order.answers.items() for doubt in _doubts(order, answers)]
    if doubts and order.why is None:
        raise RequestRefused(409, [problem("confirm", doubt) for doubt in doubts[:MOST_TOLD]])


def drafted(order: Order, before: Mapping[str, Standing], version: int) -> list[Standing]:
    """What the new version says of each axis.

    Args:
        order: what is wanted.
        before: what stands.
        version: its number.

    Raises:
        RequestRefused: 422, nothing can be learned from these recordings.
    """
    return [_drafted(order, axis, answers, before.get(axis), version) for axis, answers in order.answers.items()]


def commission(connection: Connection, asset: str, order: Order) -> int:
    """Keeps the new version; the number of it, or of the one that the same request made before.

    Raises:
        RequestRefused: as `drafted`.
        LookupError: there is no such asset any more.
    """
    if records.find(connection, asset, to_change=True) is None:
        raise LookupError(asset)
    earlier = None if order.again is None else baselines.of_request(connection, order.again)
    if earlier is not None:
        return earlier[0]
    version = 1 + baselines.newest(connection, asset, undone=True)
    baselines.add(connection, asset, drafted(order, baselines.standing(connection, asset), version), order.again)
    baselines.thin(connection, asset, MOST_VERSIONS)
    return version


def undo(connection: Connection, asset: str, version: int) -> None:
    """The newest version stands no longer; what it took the place of does. Twice is as once.

    Raises:
        RequestRefused: 409, there is a newer one; 404, there is no such version.
        LookupError: there is no such asset.
    """
    if records.find(connection, asset, to_change=True) is None:
        raise LookupError(asset)
    made = baselines.of_version(connection, asset, version)
    if not made:
        raise refused(404, "baseline", f"{asset} has no baseline of version {version}")
    if made[0].undone_us is not None:
        return
    newest = baselines.newest(connection, asset, undone=False)
    if version != newest:
        raise refused(409, "baseline", f"version {newest} of {asset} is newer; undo that first")
    baselines.undo(connection, asset, version, wall_us())


def _drafted(
    order: Order, axis: str, answers: Sequence[AxisDiagnosis], before: Standing | None, version: int
) -> Standing:
    broken = [at for at, each in enumerate(answers) if each.verdict is Verdict.SENSOR_FAULT]
    if broken:
        raise refused(422, "recordings", f"{axis}, {order.called(broken[0])}: {answers[broken[0]].message}")
    if order.mode == "extend" and before is None:
        raise refused(422, "mode", f"there is nothing to extend: {axis} was not commissioned")
    extended = before if order.mode == "extend" else None
    orders = _one_bearing(axis, [orders_of(each) for each in answers], None if extended is None else extended.orders)
    baseline = _learned(axis, [_recorded(each) for each in answers], extended, order.pieces)
    if len(baseline.healthy) > MOST_HEALTHY:
        raise refused(422, "recordings", f"{axis}: {len(baseline.healthy)} are over the {MOST_HEALTHY} that are kept")
    return Standing(
        axis=axis,
        version=version,
        extends=None if extended is None else extended.version,
        made_us=wall_us(),
        by=order.by,
        doubts=tuple(_doubts(order, answers))[:MOST_TOLD],
        why=order.why,
        orders=orders,
        baseline=baseline.model_copy(update={"version": version}),
        n=len(baseline.healthy),
    )


def _learned(axis: str, healthy: Sequence[Recorded], extended: Standing | None, pieces: bool) -> Baseline:
    try:
        if extended is None:
            return Baseline.learn(healthy, pieces)
        longer = extended.baseline.extended(healthy)
    except NotApplicable as error:
        raise refused(422, "recordings", f"{axis}: {error}") from None
    return longer.model_copy(update={"pieces": longer.pieces or pieces})


def _recorded(answer: AxisDiagnosis) -> Recorded:
    return answer.indicators, likelier(answer).speed_rpm


def _one_bearing(axis: str, orders: Sequence[Orders | None], before: Orders | None) -> Orders | None:
    known = [each for each in (before, *orders) if each is not None]
    if any(not same_bearing(known[0], each) for each in known[1:]):
        raise refused(422, "bearing", f"{axis}: not all healthy recordings are of one bearing")
    return known[0] if known else None


def _doubts(order: Order, answers: Sequence[AxisDiagnosis]) -> Iterable[str]:
    for at, each in enumerate(answers):
        for reason in looks_faulty(each.indicators):
            yield f"{order.called(at)}: {reason}"
