"""Exports of the service for retraining: their format, and a reader that trusts nothing in them."""

from data.exported.lines import (
    AssetLine,
    FeedbackLine,
    Finding,
    Manifest,
    RecordingLine,
    Why,
    json_schema,
)
from data.exported.reader import Export, ExportError, standing

__all__ = ["AssetLine", "Export", "ExportError", "FeedbackLine", "Finding", "Manifest", "RecordingLine", "Why",
           "json_schema", "standing"]  # fmt: skip
