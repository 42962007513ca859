"""What the running service is made of; every route finds it in the app that it belongs to."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar, cast

from fastapi import FastAPI

from models.energy import PROFILES
from service.alarms.sender import Sender
from service.engine import Engine
from service.live.streams import Streams
from service.memory.memory import Memory
from service.metrics import Metrics
from service.mqtt.condition import Condition
from service.queue import Queue
from service.registry import Registry
from service.security.allowance import Allowance
from service.security.audit import Audit
from service.security.keyring import Keyring
from service.security.sessions import Sessions
from service.settings import Settings
from service.shadow import Shadow
from service.store.nothing import Nothing
from service.store.store import Store
from service.today import Today

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Parts:
    """What lives from the start of the service to its end.

    Attributes:
        settings: as they were when it started.
        pool: threads for what is no answer to a question: loading bundles.
        queue: where questions wait for their answers.
        registry: the bundles, and which of them answer.
        shadow: asks the challenger.
        metrics: what is counted meanwhile.
        store: keeps the answers.
        memory: keeps signals; None where nothing is kept.
        keyring: who may ask.
        allowance: how often each key may ask.
        guesses: how often an address may without a key that is known.
        audit: keeps what administrators did.
        sender: tells people of alarms; None where nothing is kept.
        mqtt: how the bridge to a broker fares; None without one.
        today: adds up what this day has cost.
        sessions: of browsers that signed in.
        streams: of those who look on.
    """

    settings: Settings
    pool: ThreadPoolExecutor
    queue: Queue
    registry: Registry
    shadow: Shadow
    metrics: Metrics
    store: Store | Nothing
    memory: Memory | None
    keyring: Keyring
    allowance: Allowance
    guesses: Allowance
    audit: Audit
    sender: Sender | None
    today: Today
    mqtt: Condition | None = None
    sessions: Sessions = field(default_factory=Sessions)
    streams: Streams = field(default_factory=Streams)

    @property
    def engine(self) -> Engine:
        """Answers with the bundles of this moment, whatever is activated until it is done."""
        return Engine(self.registry.bundles, PROFILES[self.settings.energy_profile], self.settings.watts_per_core)

    async def in_pool(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, done by one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, work)


def parts_of(app: FastAPI) -> Parts:
    """The parts of a started app."""
    return cast(Parts, app.state.parts)
