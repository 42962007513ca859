"""What schemathesis finds, and is as it should be: hooks of its own, for its command line and for tests."""

import json
import re

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import AcceptedNegativeData, Failure, ServerError
from schemathesis.openapi.checks import RejectedPositiveData

from service.bodies.multipart import FORM

DEADLINE = "X-Deadline-Ms"
SIGNALS = re.compile(
    r"/v1/diagnose(/batch|/explain)?|/v1/assets/\{id\}/(diagnose|explain|baseline)|/v1/assets\.csv|/v1/models"
    r"|/v2/.*/infer"
)
BEYOND_A_SCHEMA = re.compile(
    r"from|speed\.range|axes(\.\d+)?|opened|bearing(\.\w+)?|diagnosis|until|order|corrects|if_match"
)
"""Fields refused for how they stand to another, to the clock, to the catalogue, or to what is stored."""


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Whether it is a failure after all."""
    match failure:
        case ServerError():
            return not (came_too_late(case, response) or nothing_is_loaded(response))
        case RejectedPositiveData():
            # Whether bytes are a signal, a sheet or a bundle is more than a schema can say.
            return not (SIGNALS.fullmatch(case.path) or is_beyond_a_schema(response) or is_whole(response))
        case AcceptedNegativeData():
            # What is wrong by its size alone is refused for it.
            if response.status_code == 413:
                return False
            # All of a form is text, an empty list no field at all: what is of a wrong type may be right as it arrives.
            return case.media_type != FORM
    return True


def came_too_late(case: Case, response: Response) -> bool:
    """Who gives a millisecond for an answer is refused, as is described."""
    return response.status_code in (503, 504) and DEADLINE in case.headers and b"by the deadline" in response.content


def is_beyond_a_schema(response: Response) -> bool:
    """Each value is as its own schema asks, and is refused for what only the service knows."""
    return BEYOND_A_SCHEMA.fullmatch(json.loads(response.content).get("field", "")) is not None


def is_whole(response: Response) -> bool:
    """19.0 is an integer to JSON schema, and none to who reads strictly."""
    return (
        re.match(r"Input should be a valid integer, not \d+\.0$", json.loads(response.content).get("reason", ""))
        is not None
    )


def nothing_is_loaded(response: Response) -> bool:
    """An administrator, as schemathesis is one, may unload every bundle."""
    return response.status_code == 503 and json.loads(response.content).get("field") == "bundle"
