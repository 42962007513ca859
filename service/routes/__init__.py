"""The routes, one file for what belongs together; a new file is one line in `ROUTERS`."""

from collections.abc import Callable

from fastapi import APIRouter

from service import inference_protocol
from service.page import demos, explaining, explaining_asset, serving
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
    live,
    metrics,
    models,
    overview,
    push,
    recordings,
    session,
    state,
    system,
)
from service.settings import Settings

ROUTERS: tuple[Callable[[Settings], APIRouter], ...] = (
    inference_protocol.router,
    state.router,
    system.router,
    live.router,
    metrics.router,
    models.router,
    bundles.router,
    push.router,
    diagnose.router,
    batch.router,
    diagnoses.router,
    overview.router,
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
    explaining_asset.router,
    demos.router,
    serving.router,
)
