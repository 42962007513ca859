"""What a key may do, and what a request needs. Whatever is not listed here needs an administrator."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from data.errors import BrinellError

Auth = Literal["keys", "none"]
"""Who may ask: whoever has a key, or whoever is on this machine."""


class Scope(StrEnum):
    """One right; `admin` includes the others."""

    DIAGNOSE = "diagnose"
    FEEDBACK = "feedback"
    ADMIN = "admin"


class NoSuchScope(BrinellError):
    """A right that there is not."""


OPEN = re.compile(r"/|/page/.*|/healthz|/readyz|/docs(/.*)?|/openapi\.json|/v2|/v2/health/(live|ready)")
"""Says nothing about any machine; whoever watches the service, or describes it, needs no key."""

SESSION = "/v1/session"
"""Where a browser signs in: it has nothing yet, and what it may is asked there."""

QUESTIONS = re.compile(
    r"/v1/diagnose(/batch|/explain)?|/v1/assets/[^/]+/(diagnose|explain)|/v2/models/.+/infer|/v2/repository/index"
)
"""What is asked by POST and changes nothing but the record of answers."""

PEOPLE = re.compile(r"/v1/feedback|/v1/assets/[^/]+/(acknowledge|snooze)")
"""What people at the machine have to say."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def needed(method: str, path: str) -> Scope | None:
    """The right that a request needs; None where anybody may.

    >>> needed("POST", "/v1/diagnose"), needed("POST", "/v1/models/reload"), needed("GET", "/healthz")
    (<Scope.DIAGNOSE: 'diagnose'>, <Scope.ADMIN: 'admin'>, None)
    """
    if path == SESSION or (method in READING and OPEN.fullmatch(path)):
        return None
    if method == "POST" and PEOPLE.fullmatch(path):
        return Scope.FEEDBACK
    if method in READING or (method == "POST" and QUESTIONS.fullmatch(path)):
        return Scope.DIAGNOSE
    return Scope.ADMIN


def scopes_of(words: Iterable[str]) -> frozenset[Scope]:
    """The rights that people name.

    Raises:
        NoSuchScope: one of them is none.
    """
    try:
        return frozenset(Scope(word) for word in words)
    except ValueError as error:
        raise NoSuchScope(f"{error}; there are {', '.join(Scope)}") from None
