"""Logs: lines for people, or JSON objects for a collector; each request's line holds its id."""

import logging
import logging.config
from typing import Any, Literal

from service.unwaited_log import Unwaited

Format = Literal["plain", "json"]

FORMATTERS: dict[Format, dict[str, Any]] = {
    "plain": {"format": "%(asctime)s %(levelname)s %(message)s"},
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
