"""API keys as people make them, in the store that the environment names."""

from service.security.api_key import parts
from tests.service.process import brinell


def key_for(*scopes: str) -> str:
    return brinell("keys", "api", "tester", *(f"--scope={scope}" for scope in scopes))


def id_of(key: str) -> str:
    found = parts(key)
    assert found is not None
    return found[0]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
