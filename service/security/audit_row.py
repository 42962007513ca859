"""A row of the table `audit`: of a request, or of a command."""

from typing import Any

from sqlalchemy import Connection, String, insert

from service.store.identity import wall_us
from service.store.tables import AuditEntry

LONGEST = {
    column.name: column.type.length for column in AuditEntry.__table__.columns if isinstance(column.type, String)
}
"""Characters that PostgreSQL holds these columns to."""


def row(
    *, method: str, path: str, status: int, client: str | None, key_id: str | None = None, request_id: str = ""
) -> dict[str, Any]:
    """What a row says, now; texts are cut to what their columns hold."""
    texts = {"method": method, "path": path, "client": client, "key_id": key_id, "request_id": request_id}
    held = {name: None if text is None else _held(text, LONGEST[name]) for name, text in texts.items()}
    return {"time_us": wall_us(), "status": status, **held}


def add(connection: Connection, row: dict[str, Any]) -> None:
    """Nothing deletes it again."""
    connection.execute(insert(AuditEntry).values(**row))


def _held(text: str, longest: int | None) -> str:
    """A file's name may be no text, and PostgreSQL takes no zero."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "")[:longest]
