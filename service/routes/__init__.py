"""The routes, one file for what belongs together; a new file is one line in `ROUTERS`."""

from collections.abc import Callable

from fastapi import APIRouter

from service.routes import bundles, diagnose, models, push, state
from service.settings import Settings

ROUTERS: tuple[Callable[[Settings], APIRouter], ...] = (
    state.router,
    models.router,
    bundles.router,
    push.router,
    diagnose.router,
)
