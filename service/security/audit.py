"""What administrators did over HTTP: in the store, and in the log whatever happens to the store."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request

from service.errors import request_id
from service.security.allowance import Allowance
from service.security.api_key import ApiKey
from service.security.audit_row import add, row
from service.store.trouble import NothingKept

logger = logging.getLogger(__name__)

REFUSALS_PER_MINUTE = 1
"""Of one key: nothing is deleted from the table, and who may only ask is not to fill it."""

Write = Callable[[Callable[[Connection], None]], Awaitable[None]]


class Audit:
    """Keeps an entry for each request that needed an administrator and came with a key, whatever came of it."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._refusals = Allowance(REFUSALS_PER_MINUTE)

    async def record(self, request: Request, key: ApiKey | None, status: int) -> None:
        """A request that was answered with `status`; without a key where the service asks for none."""
        await self._keep(_logged(request, key, status))

    async def record_refusal(self, request: Request, key: ApiKey, status: int) -> None:
        """A request that was not let in; over `REFUSALS_PER_MINUTE` it is in the log alone."""
        entry = _logged(request, key, status)
        if not self._refusals.take(key.id):
            await self._keep(entry)

    async def _keep(self, entry: dict[str, Any]) -> None:
        try:
            await self._write(lambda connection: add(connection, entry))
        except NothingKept:
            return
        except Exception as error:  # whatever the database says: the request itself was answered already
            logger.error("an administrator's request is in the log alone: %s", error)


def _logged(request: Request, key: ApiKey | None, status: int) -> dict[str, Any]:
    entry = row(
        method=request.method,
        path=request.url.path,
        status=status,
        client=None if request.client is None else request.client.host,
        key_id=None if key is None else key.id,
        request_id=request_id(request),
    )
    logger.info("%(method)s %(path)s %(status)s by key %(key_id)s", entry, extra={"audit": entry})
    return entry
