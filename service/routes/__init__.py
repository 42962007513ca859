"""The routes, one file for what belongs together; a new file is one line in `ROUTERS`."""

from collections.abc import Callable

from fastapi import APIRouter

from service import inference_protocol
from service.page import demos, explaining, serving
from service.routes import batch, bearings, bundles, diagnose, diagnoses, metrics, models, push, session, state
from service.settings import Settings

ROUTERS: tuple[Callable[[Settings], APIRouter], ...] = (
    inference_protocol.router,
    state.router,
    metrics.router,
    models.router,
    bundles.router,
    push.router,
    diagnose.router,
    batch.router,
    diagnoses.router,
    bearings.router,
    session.router,
    explaining.router,
    demos.router,
    serving.router,
)
