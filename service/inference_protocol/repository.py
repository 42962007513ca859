"""The model repository extension, mapped onto the registry: what there is, load it, unload it.

https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from data.errors import BrinellError
from service.errors import refused
from service.inference_protocol.models import Loaded, Model
from service.registry import NoSuchBundle


@runtime_checkable
class Changeable(Protocol):
    """A registry whose bundles can be changed while it answers. All of it takes a thread."""

    def names(self) -> list[str]:
        """Of all bundles in the folder, whether they answer or not."""

    def bring_back(self, name: str) -> object:
        """Lets a bundle answer."""

    def take_out(self, name: str) -> object:
        """Lets it answer no longer."""


def index(models: Sequence[Model], registry: Loaded, *, ready: bool) -> list[dict[str, Any]]:
    """Every model and its state; only those that answer where `ready`."""
    there = [{"name": each.name, "version": each.version, "state": "READY", "reason": ""} for each in models]
    if ready:
        return there
    for identity, reason in registry.refused.items():
        name, _, version = identity.partition("/")
        there.append({"name": name, "version": version, "state": "UNAVAILABLE", "reason": reason})
    told = {line["name"] for line in there}
    out = [name for name in _names(registry) if name not in told]
    return there + [{"name": name, "version": "", "state": "UNAVAILABLE", "reason": "unloaded"} for name in out]


def load(registry: Loaded, name: str) -> None:
    """Lets a bundle answer; one that does already goes on.

    Raises:
        RequestRefused: 404, there is none of that name; 400, it cannot be.
    """
    changeable = _changeable(registry, name)
    _change(lambda: changeable.bring_back(name))


def unload(registry: Loaded, name: str) -> None:
    """Lets a bundle answer no longer.

    Raises:
        RequestRefused: 404, there is none of that name; 400, it cannot be.
    """
    changeable = _changeable(registry, name)
    _change(lambda: changeable.take_out(name))


def _change(change: Callable[[], object]) -> None:
    try:
        change()
    except NoSuchBundle as error:
        raise refused(404, "model", str(error)) from None
    except BrinellError as error:
        raise refused(400, "model", str(error)) from None


def _changeable(registry: Loaded, name: str) -> Changeable:
    if name not in _names(registry):
        raise refused(404, "model", f"there is no bundle {name[:80]!r}")
    if not isinstance(registry, Changeable):
        raise refused(400, "model", "bundles are loaded when the service starts, and then stay as they are")
    return registry


def _names(registry: Loaded) -> list[str]:
    if isinstance(registry, Changeable):
        return registry.names()
    return sorted({*registry.bundles, *(identity.partition("/")[0] for identity in registry.refused)})
