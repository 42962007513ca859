"""The model repository extension, mapped onto the registry: what there is, load it, unload it.

https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md
"""

from collections.abc import Sequence
from typing import Any

from service.inference_protocol.models import Model
from service.registry import Registry


def index(models: Sequence[Model], registry: Registry, *, ready: bool) -> list[dict[str, Any]]:
    """Every model and its state; only those that answer where `ready`."""
    there = [{"name": each.name, "version": each.version, "state": "READY", "reason": ""} for each in models]
    if ready:
        return there
    for identity, reason in registry.refused.items():
        name, _, version = identity.partition("/")
        there.append({"name": name, "version": version, "state": "UNAVAILABLE", "reason": reason})
    told = {line["name"] for line in there}
    out = [name for name in registry.names() if name not in told]
    return there + [{"name": name, "version": "", "state": "UNAVAILABLE", "reason": "unloaded"} for name in out]
