"""Logs: lines for people, or JSON objects for a collector; each request's line holds its id."""

import logging
import logging.config
from typing import Any, Literal

from service.unwaited_log import Unwaited

Format = Literal["plain", "json"]

CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
"""What moves the cursor of whoever reads, as they are written in a program."""


class Lines(logging.Formatter):
    """One line for each thing that is told, whatever a client has put into its path; what went wrong may take more."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        """Without what would begin another line, or change one on a terminal."""
        return super().formatMessage(record).translate(CONTROL)


FORMATTERS: dict[Format, dict[str, Any]] = {
    "plain": {"()": Lines, "fmt": "%(asctime)s %(levelname)s %(message)s"},
    "json": {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        "datefmt": "%Y-%m-%dT%H:%M:%S%z",
    },
}


def configure(kind: Format, level: str) -> None:
    """Sets up logging for the whole process."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": FORMATTERS[kind]},
            "handlers": {"stderr": {"()": Unwaited, "formatter": "lines"}},
            "root": {"handlers": ["stderr"], "level": level.upper()},
            # Uvicorn's line for each request is ours to write.
            # Alembic's names each plugin whenever a store is opened.
            "loggers": {"uvicorn.access": {"level": "WARNING"}, "alembic.runtime.plugins": {"level": "WARNING"}},
        }
    )
