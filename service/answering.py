"""From what was given to what is answered, as every route that diagnoses does it."""

from collections import Counter

from starlette.requests import Request

from service.diagnosis import Diagnosis
from service.errors import refused
from service.parts import Parts
from service.question import Given, Question
from service.registry import NoSuchBundle
from service.settings import Settings


def refuse_unanswerable(parts: Parts, request: Request) -> None:
    """What is wrong with a request before its body is looked at.

    Raises:
        RequestRefused: 503, no bundle is ready; 422, a name that stands in the query twice.
    """
    if not parts.registry.bundles:
        raise refused(503, "bundle", "no bundle is ready; GET /readyz says why")
    # One of two values would be taken without a word.
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in counts.items():
        if count > 1:
            raise refused(422, name, f"stands in the query {count} times; give it once")


def answered(parts: Parts, given: Given, identity: str, decode_ms: float) -> Diagnosis:
    """The diagnosis of a signal.

    Args:
        parts: of the running service.
        given: the signal, and what was told about it.
        identity: of the request.
        decode_ms: what it took to read the body.

    Raises:
        RequestRefused, SignalError: no signal, one that is too long, or a bundle that is not loaded.
    """
    question = given.ask()
    _limit_length(question, parts.settings)
    try:
        diagnosis = parts.engine.diagnose(
            question.recording, bundle=question.bundle, windows=question.windows, warnings=question.warnings
        )
    except NoSuchBundle as error:
        raise refused(422, "bundle", str(error)) from None
    decode_ms = round(decode_ms, 3)
    timing = diagnosis.timing.model_copy(
        update={"decode_ms": decode_ms, "total_ms": round(diagnosis.timing.total_ms + decode_ms, 3)}
    )
    return diagnosis.model_copy(update={"request_id": identity, "timing": timing})


def _limit_length(question: Question, settings: Settings) -> None:
    if question.recording.seconds > settings.max_seconds:
        reason = f"{question.recording.seconds:.1f} s of signal; at most {settings.max_seconds:g} s are read"
        raise refused(422, "samples", reason)
