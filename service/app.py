"""The HTTP service.

    uvicorn service.app:app        # or: brinell serve

Start and stop of everything that lives long is in `_lifespan`; what CPU work a request needs runs in a small thread
pool, so that the event loop only moves bytes.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

from service import docs, errors
from service.parts import Parts
from service.registry import Registry
from service.request_id import RequestId
from service.routes import ROUTERS
from service.settings import Settings
from service.shadow import Shadow


def create_app(settings: Settings) -> FastAPI:
    """The service with these settings; bundles are loaded and checked when it starts."""
    app = FastAPI(
        title="Brinell",
        version=docs.version(),
        summary="Says which part of a rolling bearing is failing, how sure it is, and what the answer cost in energy.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.add_middleware(RequestId)
    errors.install(app)
    docs.install(app)
    for router in ROUTERS:
        app.include_router(router(settings))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    with ThreadPoolExecutor(settings.threads, thread_name_prefix="diagnose") as pool:
        registry = Registry(settings.bundles, settings.trust, settings.challenger)
        await asyncio.get_running_loop().run_in_executor(pool, registry.reload)
        with Shadow() as shadow:
            app.state.parts = Parts(settings, pool, registry, shadow)
            yield


def __getattr__(name: str) -> FastAPI:
    # `uvicorn service.app:app` asks for it; who brings settings of his own does not pay for one that he does not use.
    if name == "app":
        globals()[name] = app = create_app(Settings.read())
        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
