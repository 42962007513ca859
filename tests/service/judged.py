"""What schemathesis finds, and is as it should be: hooks of its own, for its command line and for tests."""

import json

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import AcceptedNegativeData, Failure, ServerError
from schemathesis.openapi.checks import RejectedPositiveData

from service.bodies.multipart import FORM

DEADLINE = "X-Deadline-Ms"
SIGNALS = ("/v1/diagnose", "/v1/diagnose/batch", "/v1/assets/{id}/diagnose", "/v1/assets/import", "/v1/models")
BETWEEN_FIELDS = ("from", "speed.range", "axes", "opened")
"""What is refused there is how a value stands to another, or to the clock."""


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Whether it is a failure after all."""
    match failure:
        case ServerError():
            return not (came_too_late(case, response) or nothing_is_loaded(response))
        case RejectedPositiveData():
            # Whether bytes are a signal, a sheet or a bundle is more than a schema can say.
            return not (case.path in SIGNALS or case.path.endswith("/infer") or is_between_fields(response))
        case AcceptedNegativeData():
            # All of a form is text, an empty list no field at all: what is of a wrong type may be right as it arrives.
            return case.media_type != FORM
    return True


def came_too_late(case: Case, response: Response) -> bool:
    """Who gives a millisecond for an answer is refused, as is described."""
    return response.status_code in (503, 504) and DEADLINE in case.headers and b"by the deadline" in response.content


def is_between_fields(response: Response) -> bool:
    """Each value is as its own schema asks, and they do not go together."""
    return json.loads(response.content).get("field") in BETWEEN_FIELDS


def nothing_is_loaded(response: Response) -> bool:
    """An administrator, as schemathesis is one, may unload every bundle."""
    return response.status_code == 503 and json.loads(response.content).get("field") == "bundle"
