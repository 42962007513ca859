"""One look at everything that a page shows, and what has changed since the look before.

It reads the store and not what passes through this process: so it also sees what replicas and MQTT have brought.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from service.live.event import event
from service.parts import Parts
from service.store.tables import AlarmState, StoredAsset, StoredBaseline, StoredFeedback
from service.store.trouble import NothingKept, StoreError
from service.system import state

MOST_NAMED = 100
"""Assets that one event names; where more have changed it names none, and all are to be looked at."""

_STANDS = select(
    StoredAsset.id, StoredAsset.changed_us, AlarmState.level, AlarmState.since_us, AlarmState.heard_us,
    AlarmState.silent_since_us, AlarmState.acknowledged_us, AlarmState.snoozed_to_us,
).outerjoin(AlarmState, AlarmState.asset == StoredAsset.id)  # fmt: skip
_COMMISSIONED = select(
    StoredBaseline.asset, func.max(StoredBaseline.version), func.count(StoredBaseline.undone_us)
).group_by(StoredBaseline.asset)
_FOUND = select(StoredFeedback.asset, func.max(StoredFeedback.id)).group_by(StoredFeedback.asset)


@dataclass(frozen=True)
class Look:
    """What was seen.

    Attributes:
        assets: by id, whatever is another value once something about the asset is; None: it could not be read.
        models: likewise, of all bundles.
        system: `service.system.System` as JSON.
    """

    assets: Mapping[str, Any] | None
    models: Any
    system: str

    def since(self, before: "Look") -> Iterator[bytes]:
        """An event for each kind of thing that is another."""
        if self.assets is not None and before.assets is not None and self.assets != before.assets:
            names = [
                name for name in {*self.assets, *before.assets} if self.assets.get(name) != before.assets.get(name)
            ]
            yield event("assets", json.dumps({"changed": sorted(names) if len(names) <= MOST_NAMED else None}))
        if self.models != before.models:
            yield event("models", "{}")
        if self.system != before.system:
            yield event("system", self.system)


async def look(parts: Parts) -> Look:
    """What there is to see at this moment; costs a reading of two short columns of every asset."""
    try:
        assets = await parts.store.read(seen_of_assets)
    except (NothingKept, StoreError):
        assets = None
    return Look(assets, _models(parts), (await state(parts)).model_dump_json())


def seen_of_assets(connection: Connection) -> dict[str, Any]:
    """By id, whatever is another value once something about the asset is."""
    commissioned = {row[0]: tuple(row[1:]) for row in connection.execute(_COMMISSIONED)}
    found = {row[0]: row[1] for row in connection.execute(_FOUND)}
    return {
        row.id: (tuple(row), commissioned.get(row.id), found.get(row.id)) for row in connection.execute(_STANDS).all()
    }


def _models(parts: Parts) -> Any:
    snapshot = parts.registry.snapshot
    active = tuple(bundle.identity for bundle in snapshot.bundles.values())
    report = parts.shadow.report(snapshot.challenger)
    return active, tuple(snapshot.refused), report.challenger, report.asked, report.disagreed
