"""What was changed by commands on this machine, kept in the table of what was changed over HTTP.

Who may write the store can write anything into it: this is a memory of what people did, and no proof.
"""

import logging
import os
import pwd

from sqlalchemy import Connection

from service.security.audit_row import add, row
from service.settings import Settings
from service.store.location import NONE
from service.store.remembering import as_it_is
from service.store.trouble import StoreError

logger = logging.getLogger(__name__)

COMMAND = "COMMAND"
"""In the place of a method."""


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
    add(connection, row(method=COMMAND, path=command, status=0, client=_user()))


def _user() -> str:
    """Of this process; where that is root, also who became it by sudo."""
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # in a container users may be mere numbers
        name = str(uid)
    before = os.environ.get("SUDO_USER") if uid == 0 else None
    return f"user {name}" if before is None else f"user {name}, sudo by {before}"
