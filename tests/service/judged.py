"""What schemathesis finds, and is as it should be; its command line reads this by SCHEMATHESIS_HOOKS."""

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure, ServerError

DEADLINE = "X-Deadline-Ms"


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Whether it is a failure after all: who gives a millisecond for an answer is refused, as is described."""
    return not (isinstance(failure, ServerError) and response.status_code in (503, 504) and too_late(case, response))


def too_late(case: Case, response: Response) -> bool:
    """Was a deadline of the request's own why it was refused?"""
    return DEADLINE in case.headers and b"by the deadline" in response.content
