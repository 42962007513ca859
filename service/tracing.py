"""Traces by OpenTelemetry, to a collector: an extra (`brinell[trace]`), since each request pays for it."""

from fastapi import FastAPI

from data.errors import BrinellError


class NoTracing(BrinellError):
    """Traces are asked for, and what makes them is not installed."""


def install(app: FastAPI, collector: str) -> None:
    """A span for each request, sent in batches to `collector` (OTLP over HTTP); what is left is sent at exit.

    Raises:
        NoTracing: the extra is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise NoTracing(f"BRINELL_TRACES needs {error.name}: pip install 'brinell[trace]'") from None
    provider = TracerProvider(resource=Resource.create({"service.name": "brinell", "service.version": app.version}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{collector.rstrip('/')}/v1/traces")))
    app.add_middleware(OpenTelemetryMiddleware, tracer_provider=provider, exclude_spans=["receive", "send"])
