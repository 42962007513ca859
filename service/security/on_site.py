"""What was changed by commands on this machine, kept in the table of what was changed over HTTP.

Who may write the store can write anything into it: this is a memory of what people did, and no proof.
"""

import logging
import os
import pwd

from sqlalchemy import Connection, insert

from service.settings import Settings
from service.store.identity import wall_us
from service.store.location import NONE
from service.store.remembering import as_it_is
from service.store.tables import AuditEntry
from service.store.trouble import StoreError

logger = logging.getLogger(__name__)

COMMAND = "COMMAND"
"""In the place of a method."""

LONGEST = 200


def remember(command: str) -> None:
    """For commands whose work is outside the store and done by now: where it cannot be kept, that is said."""
    settings = Settings.read()
    if settings.store == NONE:
        return
    try:
        with as_it_is(settings) as database, database.writing() as connection:
            record(connection, command)
    except StoreError as error:
        logger.warning("done, but not kept in the table audit: %s", error)


def record(connection: Connection, command: str) -> None:
    """Adds what a command does, and the user of the system who gave it."""
    entry = {
        "time_us": wall_us(),
        "key_id": None,
        "method": COMMAND,
        "path": command.encode(errors="backslashreplace").decode()[:LONGEST],  # a file's name may be no text
        "status": 0,
        "request_id": "",
        "client": _user()[:64],
    }
    connection.execute(insert(AuditEntry).values(**entry))


def _user() -> str:
    """Of this process; where that is root, also who became it by sudo."""
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # in a container users may be mere numbers
        name = str(uid)
    before = os.environ.get("SUDO_USER") if uid == 0 else None
    return f"user {name}" if before is None else f"user {name}, sudo by {before}"
