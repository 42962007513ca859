"""The model repository extension, mapped onto the registry: what there is, load it, unload it.

https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md
"""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from service.errors import refused
from service.inference_protocol.models import Loaded, Model


@runtime_checkable
class Loader(Protocol):
    """A registry whose bundles can be changed while it answers; each raises `RequestRefused` where it cannot."""

    async def load(self, name: str) -> None:
        """Loads or reloads the newest good version of a bundle."""

    async def unload(self, name: str) -> None:
        """Answers with this bundle no longer."""


def index(models: Sequence[Model], loaded: Loaded, *, ready: bool) -> list[dict[str, Any]]:
    """Every model and its state; only those that answer where `ready`."""
    there = [{"name": each.name, "version": each.version, "state": "READY", "reason": ""} for each in models]
    if ready:
        return there
    for identity, reason in loaded.refused.items():
        name, _, version = identity.partition("/")
        there.append({"name": name, "version": version, "state": "UNAVAILABLE", "reason": reason})
    return there


async def load(registry: Loaded, name: str) -> None:
    """Raises:
    RequestRefused: 404, there is none of that name; 400, it cannot be loaded.
    """
    _known(registry, name)
    await _loader(registry).load(name)


async def unload(registry: Loaded, name: str) -> None:
    """Raises:
    RequestRefused: 404, there is none of that name; 400, it cannot be unloaded.
    """
    _known(registry, name)
    await _loader(registry).unload(name)


def _known(registry: Loaded, name: str) -> None:
    names = {*registry.bundles, *(identity.partition("/")[0] for identity in registry.refused)}
    if name not in names:
        raise refused(404, "model", f"there is no bundle {name[:80]!r}")


def _loader(registry: Loaded) -> Loader:
    if not isinstance(registry, Loader):
        raise refused(400, "model", "bundles are loaded when the service starts, and then stay as they are")
    return registry
