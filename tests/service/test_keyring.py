"""Keys and who asks too often, in memory: what holds while the store does not answer."""

import asyncio

import pytest

from service.security import allowance as allowance_module
from service.security import keyring as keyring_module
from service.security.allowance import Allowance
from service.security.api_key import ApiKey, make, parts
from service.security.keyring import Keyring
from service.security.scopes import Scope as Right


class Keys:
    """A store with one key in it, which may go."""

    def __init__(self) -> None:
        self.key, self.text = make("x", frozenset({Right.DIAGNOSE}))
        self.there = True

    async def load(self) -> dict[str, ApiKey]:
        if not self.there:
            raise keyring_module.StoreError("gone", "wait")
        return {self.key.id: self.key}


def test_an_allowance_forgets_who_asked_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance_module, "MOST", 2)
    allowance = Allowance(1, clock=lambda: 0.0)
    assert [allowance.take(host) for host in ("a", "b", "a")] == [0.0, 0.0, 60.0]
    assert allowance.take("c") == 0.0  # "b" is forgotten: "a" has asked since
    assert allowance.take("a") == 60.0
    assert allowance.take("b") == 0.0


def test_keys_are_all_different_and_of_256_bits() -> None:
    made = {make("x", frozenset({Right.DIAGNOSE}))[1] for _ in range(100)}
    assert len(made) == 100
    assert all(parts(text) is not None for text in made)


def test_an_allowance_fills_evenly() -> None:
    now = 0.0
    allowance = Allowance(60, clock=lambda: now)
    assert [allowance.take("a") for _ in range(60)] == [0.0] * 60
    assert allowance.take("a") == pytest.approx(1.0)
    assert allowance.take("b") == 0.0
    now = 2.0
    assert [allowance.take("a"), allowance.take("a")] == [0.0, 0.0]
    assert allowance.take("a") == pytest.approx(1.0)


async def bereft(keys: Keys, trusted_s: float) -> Keyring:
    """A keyring that knows the key, and whose store is gone."""
    ring = Keyring(keys.load, trusted_s)
    assert await ring.find(keys.text) == keys.key
    keys.there = False
    assert await ring.find(keys.text) == keys.key
    return ring


def test_a_keyring_goes_on_with_what_it_knew_where_the_store_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_module, "FRESH_S", 0.0)
    keys = Keys()

    async def ask() -> None:
        ring = await bereft(keys, trusted_s=60)
        assert await ring.find(keys.text[:-1] + "!") is None

    asyncio.run(ask())


def test_keys_that_could_not_be_read_again_for_too_long_open_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_module, "FRESH_S", 0.0)
    keys = Keys()

    async def ask() -> None:
        ring = await bereft(keys, trusted_s=0.3)
        await asyncio.sleep(0.4)
        with pytest.raises(keyring_module.StoreError, match="BRINELL_KEYS_TRUSTED_S"):
            await ring.find(keys.text)
        keys.there = True
        assert await ring.find(keys.text) == keys.key

    asyncio.run(ask())


def test_who_has_a_key_does_not_wait_for_a_store_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_module, "FRESH_S", 0.0)
    key, text = make("x", frozenset({Right.DIAGNOSE}))
    readings = 0

    async def load() -> dict[str, object]:
        nonlocal readings
        readings += 1
        if readings > 1:
            await asyncio.sleep(60)
        return {key.id: key}

    async def ask() -> list[object]:
        ring = Keyring(load, trusted_s=60)  # type: ignore[arg-type]
        return [await asyncio.wait_for(ring.find(text), 0.5) for _ in range(20)]

    assert asyncio.run(ask()) == [key] * 20
    assert readings == 2
