"""The routes, one file for what belongs together; a new file is one line in `ROUTERS`."""

from collections.abc import Callable

from fastapi import APIRouter

from service import inference_protocol
from service.routes import batch, diagnose, diagnoses, metrics, models, state
from service.settings import Settings

ROUTERS: tuple[Callable[[Settings], APIRouter], ...] = (
    inference_protocol.router,
    state.router,
    metrics.router,
    models.router,
    diagnose.router,
    batch.router,
    diagnoses.router,
)
