"""What Prometheus reads at `/metrics`: requests, stages, answers, energy, and whether the network fires as it did."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from models.graph import calls
from models.manifest import Manifest
from service.diagnosis import Diagnosis
from service.recent import Recent

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
WINDOWS = (1, 4, 16, 64, 256, 1024, 4096, 16384)
BATCH = (1, 2, 3, 4, 5, 6, 7, 8)
JOULES_PER_NJ = 1e-9
MEMORY = 0.99
"""Of the running mean of firing rates: it follows the last hundred diagnoses or so."""


class Metrics:
    """One collector for each service in a process; safe to use from several threads.

    Attributes:
        requests: counted by the route's template, never by the path: strangers cannot make new series.
        recent: the last hour, for people.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Requests answered.", "method", "route", "status")
        self.request_seconds = self._histogram("request_seconds", "From a request's head to its answer.", SECONDS)
        self._stages = self._histogram("stage_seconds", "Of one diagnosis, by stage.", SECONDS, "stage")
        self._windows = self._histogram("windows", "Windows that a diagnosis read.", WINDOWS)
        self._batches = self._histogram("batch_windows", "Windows that a graph read in one call.", BATCH, "bundle")
        self._diagnoses = self._counter("diagnoses", "Answers given.", "verdict", "fault", "bundle")
        self._energy = self._counter("energy_joules", "Estimated for the inferences so far.", "account", "bundle")
        self._drift = Gauge(
            "brinell_firing_rate_ratio",
            "Firing rate, a mean of the last hundred diagnoses or so, over that of the bundle's test recordings.",
            ("bundle", "spike_train"),
            registry=self.registry,
        )
        self.recent = Recent()
        self._ratios: dict[tuple[str, str], float] = {}
        self._watched: dict[str, Gauge] = {}

    def watch(self, name: str, meaning: str, read: Callable[[], float], **labels: str) -> None:
        """A number that is read when the page is asked for, `brinell_<name>`."""
        if name not in self._watched:  # an app that is started again has other parts
            self._watched[name] = Gauge(f"brinell_{name}", meaning, tuple(labels), registry=self.registry)
        gauge = self._watched[name].labels(**labels) if labels else self._watched[name]
        gauge.set_function(read)

    def observe(self, diagnosis: Diagnosis, manifest: Manifest | None) -> None:
        """Counts one answer; `manifest` is that of the bundle that gave it."""
        bundle = "" if manifest is None else manifest.identity
        self.recent.count(diagnosis.timing.total_ms)
        self._diagnoses.labels(diagnosis.verdict.value, diagnosis.fault or "", bundle).inc()
        for stage, ms in diagnosis.timing.model_dump().items():
            self._stages.labels(stage.removesuffix("_ms")).observe(ms / 1e3)
        if manifest is None or diagnosis.energy is None:
            return
        self._windows.observe(diagnosis.window_count)
        self.observe_calls(bundle, diagnosis.energy.graph_runs)
        self._energy.labels("paper", bundle).inc(diagnosis.energy.paper_nj * JOULES_PER_NJ)
        self._energy.labels("full", bundle).inc(diagnosis.energy.full_nj * JOULES_PER_NJ)
        self._follow(bundle, diagnosis.energy.firing_rates, manifest.summary.firing_rates)

    def observe_calls(self, bundle: str, windows: int) -> None:
        """Counts the calls in which a bundle's graph read these windows, of one request or of several together."""
        batches = self._batches.labels(bundle)
        for size in calls(windows):
            batches.observe(size)

    def page(self) -> bytes:
        """In Prometheus' text format 0.0.4."""
        return generate_latest(self.registry)

    def _follow(self, bundle: str, rates: Mapping[str, float], reference: Mapping[str, float]) -> None:
        for train, rate in rates.items():
            if not reference.get(train):
                continue
            now, key = rate / reference[train], (bundle, train)
            self._ratios[key] = MEMORY * self._ratios.get(key, now) + (1 - MEMORY) * now
            self._drift.labels(bundle, train).set(self._ratios[key])

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"brinell_{name}", meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"brinell_{name}", meaning, labels, buckets=buckets, registry=self.registry)
