"""Who comes without a key that is known, to a route or to sign in: held up by address."""

import math

from starlette.requests import Request

from service.errors import Problem, RequestRefused
from service.parts import Parts
from service.security.asker import address


def unknown(parts: Parts, request: Request, problem: Problem) -> RequestRefused:
    """The refusal, 401 with that problem, or 429 where its address asks too often.

    Who has a key that is right is never held up by others who guess from the same address.
    """
    host = address(request)
    wait_s = parts.guesses.take(host)
    if not wait_s:
        return RequestRefused(401, [problem], {"WWW-Authenticate": "Bearer"})
    too_often = problem.model_copy(update={"reason": f"{host} asks too often without a key that is known"})
    return RequestRefused(429, [too_often], {"Retry-After": str(math.ceil(wait_s))})
