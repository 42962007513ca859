"""From what was given to what is answered, as every route that diagnoses does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from data.recording import Recording
from service.diagnosis import Diagnosis
from service.errors import refused
from service.memory.heard import heard
from service.parts import Parts
from service.question import Given, limit_length
from service.registry import NoSuchBundle
from service.repeated import refuse_repeated
from service.store.row import Watched
from service.store.store import Entry, Retried


def refuse_unanswerable(parts: Parts, request: Request) -> None:
    """What is wrong with a request before its body is looked at.

    Raises:
        RequestRefused: 503, no bundle is ready; 422, a name that stands in the query twice.
        StoreError: its answer could not be stored.
    """
    if not parts.registry.bundles:
        raise refused(503, "bundle", "no bundle is ready; GET /readyz says why")
    refuse_repeated(request)
    parts.store.check()


@dataclass(frozen=True, eq=False)
class Answered:
    """An answer that is not stored yet, and the recording that it is about."""

    entry: Entry
    recording: Recording


Complete = Callable[[Diagnosis, Recording], tuple[Diagnosis, Watched]]


def answered(
    parts: Parts, given: Given, identity: str, decode_ms: float, again: Retried | None = None,
    complete: Complete | None = None,
) -> Answered:  # fmt: skip
    """The diagnosis of a signal, counted, and ready to be stored and sent; takes processor time.

    Args:
        parts: of the running service.
        given: the signal, and what was told about it.
        identity: of the request.
        decode_ms: what it took to read the body.
        again: where the request may come again.
        complete: where it is asked about a measuring point: adds what is known about that.

    Raises:
        RequestRefused, SignalError: no signal, one that is too long, or a bundle that is not loaded.
    """
    question, engine = given.ask(), parts.engine
    limit_length(question, parts.settings.max_seconds)
    try:
        diagnosis = engine.diagnose(
            question.recording, bundle=question.bundle, windows=question.windows, warnings=question.warnings
        )
    except NoSuchBundle as error:
        raise refused(422, "bundle", str(error)) from None
    timing = diagnosis.timing.with_further("decode_ms", decode_ms)
    diagnosis = diagnosis.model_copy(update={"request_id": identity, "timing": timing})
    watched = None
    if complete is not None:
        diagnosis, watched = complete(diagnosis, question.recording)
    used = None if diagnosis.bundle is None else engine.bundles[diagnosis.bundle.name].manifest
    parts.metrics.observe(diagnosis, used)
    return Answered(parts.store.entry(diagnosis, question.source, again, watched), question.recording)


async def kept(parts: Parts, found: Answered) -> bytes:
    """As `all_kept`, for one."""
    [answer] = await all_kept(parts, [found])
    return answer


async def all_kept(parts: Parts, found: Sequence[Answered]) -> list[bytes]:
    """The JSON to send, once all are stored as durably as is set; the challenger is asked the same meanwhile.

    Raises:
        StoreError: they are not stored, and so must not be sent.
        KeyRefused: the request's key came with another request before.
    """
    answers = await parts.store.keep_all([each.entry for each in found])
    for each in found:
        await parts.shadow.offer(parts.registry.snapshot.challenger, each.recording, each.entry.diagnosis)
    return answers


def remember(
    parts: Parts, found: Sequence[Answered], answers: Sequence[bytes], *, asked: bool = False, baseline: bool = False
) -> None:
    """Tells the memory of what was answered about a measuring point and is stored; costs nothing.

    Args:
        parts: of the running service.
        found: as `all_kept` took them.
        answers: as it gave them: what was answered before is remembered already.
        asked: whether the client wants the recordings kept.
        baseline: whether they show the machine when it was healthy.
    """
    if parts.memory is None:
        return
    for each, answer in zip(found, answers, strict=True):
        told = heard(each.entry, each.recording, asked=asked, baseline=baseline)
        if told is not None and answer is each.entry.answer:
            parts.memory.hear(told)
