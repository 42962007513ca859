"""The HTTP service.

    uvicorn service.app:app        # or: brinell serve

Start and stop of everything that lives long is in `_lifespan`; what CPU work a request needs runs in the threads
of `service.lanes`, so that the event loop only moves bytes.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext

from fastapi import FastAPI

from service import docs, errors, gauges, tracing
from service.alarms.sending import sending
from service.memory.remembering import remembering_signals
from service.metrics import Metrics
from service.mqtt.condition import Condition
from service.mqtt.running import bridged
from service.opcua.running import shown_over_opcua
from service.parts import Parts
from service.queue import Queue
from service.registry import Registry
from service.request_id import RequestId
from service.routes import ROUTERS
from service.security import key_records
from service.security.allowance import Allowance
from service.security.audit import Audit
from service.security.guard import Guard
from service.security.headers import SecurityHeaders
from service.security.keyring import Keyring
from service.security.patience import Patience
from service.settings import Settings
from service.shadow import Shadow
from service.store.nothing import Nothing
from service.store.remembering import remembering
from service.store.store import Store
from service.today import Today
from service.watch import Watch


def create_app(settings: Settings, store: Store | Nothing | None = None) -> FastAPI:
    """The service with these settings; bundles are loaded and checked when it starts.

    Args:
        settings: what it is to be.
        store: an open one that outlives it; without, the one of the settings is opened when it starts.
    """
    app = FastAPI(
        title="Brinell",
        version=docs.version(),
        summary="Says which part of a rolling bearing is failing, how sure it is, and what the answer cost in energy.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours are `tracing` and `Metrics`
    )
    app.state.settings = settings
    app.state.store = store
    app.state.metrics = Metrics()
    # The last is the outermost.
    app.add_middleware(Guard, auth=settings.auth)
    app.add_middleware(Patience)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Watch, metrics=app.state.metrics)
    app.add_middleware(RequestId)
    if settings.traces is not None:
        tracing.install(app, settings.traces)
    errors.install(app)
    docs.install(app)
    for router in ROUTERS:
        # Not `include_router`: with it each request is matched twice, which costs more than all that stands before it.
        app.router.routes.extend(router(settings).routes)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    with (
        ThreadPoolExecutor(settings.threads, thread_name_prefix="load") as pool,
        remembering(settings) if app.state.store is None else nullcontext(app.state.store) as store,
        remembering_signals(settings, store) as memory,
        Shadow() as shadow,
        sending(settings, store) as sender,
        shown_over_opcua(settings, store),
    ):
        registry = Registry(settings.bundles, settings.trust, settings.challenger)
        await asyncio.get_running_loop().run_in_executor(pool, registry.reload)
        keyring = Keyring(lambda: store.read_apart(key_records.valid), settings.keys_trusted_s)
        audit = Audit(store.write)
        mqtt = None if settings.mqtt is None else Condition()
        app.state.parts = parts = Parts(
            settings,
            pool,
            Queue(settings),
            registry,
            shadow,
            app.state.metrics,
            store,
            memory,
            keyring,
            Allowance(settings.requests_per_minute),
            Allowance(settings.guesses_per_minute),
            audit,
            sender,
            Today(settings.commit_seconds if settings.durability == "fast" else 0.0),
            mqtt,
        )  # fmt: skip
        gauges.install(app.state.metrics, parts.queue, store, memory, sender)
        async with bridged(parts):
            yield
        await parts.in_pool(parts.queue.close)


def __getattr__(name: str) -> FastAPI:
    # `uvicorn service.app:app` asks for it; who brings settings of his own does not pay for one that he does not use.
    if name == "app":
        globals()[name] = app = create_app(Settings.read())
        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
