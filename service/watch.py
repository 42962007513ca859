"""Every request leaves one line in the log and one count in the metrics, with its id and how long it took."""

import logging
import time
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from service.metrics import Metrics
from service.seen import Seen

UNENDING = "/v1/live"
"""Its requests end when somebody closes a page: that is no time that an answer took."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

logger = logging.getLogger("service.requests")


class Watch:
    """Stands inside `RequestId`, whose id it logs, and outside all that may refuse."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        # To look a series up by its labels costs more than to count: methods, routes and statuses are few.
        self._requests = lru_cache(maxsize=1024)(metrics.requests.labels)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, seen = time.perf_counter(), Seen(send, absent=0)
        try:
            await self.app(scope, receive, seen.send)
        finally:
            self._tell(scope, seen.status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        # A template, where a route took the request; the path of one that none took is the client's invention.
        route = getattr(scope.get("route"), "path", "")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._requests(method, route, status).inc()
        if route != UNENDING:
            self.metrics.request_seconds.observe(seconds)
        if not logger.isEnabledFor(logging.INFO):
            return
        told = {
            "request_id": scope.get("state", {}).get("request_id", ""),
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1e3, 2),
            "client": (scope.get("client") or ("",))[0],
        }
        logger.info("%(method)s %(path)s %(status)s", told, extra=told)
