"""API keys: 256 random bits, shown once and kept as sha256; so many bits need no slow hash."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from data.errors import BrinellError
from service.security.scopes import Scope

LONGEST_NAME = 80
SECRET_BYTES = 32
ID_BYTES = 4
FORM = re.compile(rf"brinell_([0-9a-f]{{{2 * ID_BYTES}}})_([A-Za-z0-9_-]{{43}})")


class NameRefused(BrinellError):
    """A key's name does not fit."""


class NoSuchKey(BrinellError):
    """There is no valid key of this id."""


@dataclass(frozen=True)
class ApiKey:
    """What is kept of a key.

    Attributes:
        id: public; names the key in logs and commands.
        name: whose it is, in people's words.
        digest: sha256 of the secret.
    """

    id: str
    name: str
    digest: bytes
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Does it give this right?"""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def is_opened_by(self, secret: str) -> bool:
        """In a time that does not tell how much of the secret is right."""
        return hmac.compare_digest(self.digest, _digest(secret))


def make(name: str, scopes: frozenset[Scope]) -> tuple[ApiKey, str]:
    """A new key, and the text to hand to its owner."""
    identity, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    return ApiKey(identity, name, _digest(secret), scopes), f"brinell_{identity}_{secret}"


def parts(text: str) -> tuple[str, str] | None:
    """Id and secret of a key as its owner sends it; None where it has another form."""
    found = FORM.fullmatch(text)
    return None if found is None else (found[1], found[2])


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
