"""The routes, one file for what belongs together; a new file is one line in `ROUTERS`."""

from collections.abc import Callable

from fastapi import APIRouter

from service import inference_protocol
from service.page import demos, explaining, serving
from service.routes import (
    alarms,
    asset_diagnose,
    asset_trend,
    assets,
    baseline,
    batch,
    bearings,
    bundles,
    diagnose,
    diagnoses,
    export,
    feedback,
    metrics,
    models,
    push,
    recordings,
    session,
    state,
)
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
    assets.router,
    asset_diagnose.router,
    asset_trend.router,
    baseline.router,
    recordings.router,
    feedback.router,
    export.router,
    alarms.router,
    bearings.router,
    session.router,
    explaining.router,
    demos.router,
    serving.router,
)
