"""The routes, one file for what belongs together; a new file is one line in `ROUTERS`."""

from collections.abc import Callable

from fastapi import APIRouter

from service.routes import batch, diagnose, models, state
from service.settings import Settings

ROUTERS: tuple[Callable[[Settings], APIRouter], ...] = (state.router, models.router, diagnose.router, batch.router)
