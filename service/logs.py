"""Logs: lines for people, or JSON objects for a collector; each request's line holds its id."""

import logging
import logging.config
from typing import Any, Literal

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


def configure(kind: Format, level: str) -> dict[str, Any]:
    """Sets up logging for the whole process, and returns the same for uvicorn."""
    config = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": FORMATTERS[kind]},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        # uvicorn would set up its own; its line for each request is ours to write.
        "loggers": {"uvicorn.access": {"level": "WARNING"}},
    }
    logging.config.dictConfig(config)
    return config
