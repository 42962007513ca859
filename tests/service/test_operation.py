"""What an operator sees of the service: metrics, logs, traces, settings."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from models.graph import calls
from service.app import create_app
from service.registry import Registry
from service.settings import Settings
from tests.service.asking import Simulated

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fresh() -> Iterator[TestClient]:
    with TestClient(create_app(Settings())) as started:
        yield started


def samples(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def diagnose(client: TestClient, simulated: Simulated) -> dict[str, object]:
    recording = simulated()
    query = {"rate_hz": recording.rate_hz, "speed_rpm": recording.speed_rpm, "bundle": "order"}
    answer = client.post("/v1/diagnose", params=query, content=recording.samples.tobytes())
    assert answer.status_code == 200
    return dict(answer.json())


def test_metrics_count_what_was_answered_and_spent(fresh: TestClient, simulated: Simulated, registry: Registry) -> None:
    first, second = diagnose(fresh, simulated), diagnose(fresh, simulated)
    seen = samples(fresh)
    identity = registry.bundles["order"].identity
    of_bundle = ("bundle", identity)
    answered = (of_bundle, ("fault", str(first["fault"] or "")), ("verdict", str(first["verdict"])))
    assert seen["brinell_diagnoses_total", answered] == 2
    spent = sum(answer["energy"]["paper_nj"] for answer in (first, second)) * 1e-9  # type: ignore[index]
    assert seen["brinell_energy_joules_total", (("account", "paper"), of_bundle)] == pytest.approx(spent)
    assert seen["brinell_stage_seconds_count", (("stage", "graph"),)] == 2
    requests = ("brinell_requests_total", (("method", "POST"), ("route", "/v1/diagnose"), ("status", "200")))
    assert seen[requests] == 2


def test_metrics_tell_what_waits_and_what_was_stored(fresh: TestClient, simulated: Simulated) -> None:
    diagnose(fresh, simulated)
    seen = {name: value for (name, _), value in samples(fresh).items()}
    assert (seen["brinell_store_stored"], seen["brinell_store_commits"], seen["brinell_store_refused"]) == (1, 1, 0)
    assert (seen["brinell_queue_waiting"], seen["brinell_store_waiting"]) == (0, 0)
    assert seen["brinell_store_written_bytes"] > 0


def test_metrics_tell_how_many_windows_a_graph_reads_in_one_call(
    fresh: TestClient, simulated: Simulated, registry: Registry
) -> None:
    answer, bundle = diagnose(fresh, simulated), registry.bundles["order"]
    windows = {"name": "windows", "shape": [3, 1, bundle.graph.length], "datatype": "FP32"}
    tensor = windows | {"data": [0.5] * 3 * bundle.graph.length}
    assert fresh.post("/v2/models/order/infer", json={"inputs": [tensor]}).status_code == 200
    seen, of_bundle = samples(fresh), (("bundle", bundle.identity),)
    read = answer["energy"]["graph_runs"]  # type: ignore[index]
    sizes = [*calls(read), 3]
    assert seen["brinell_batch_windows_count", of_bundle] == len(sizes) > 2
    assert seen["brinell_batch_windows_sum", of_bundle] == read + 3
    assert seen["brinell_batch_windows_bucket", (*of_bundle, ("le", "8.0"))] == len(sizes)
    assert seen["brinell_batch_windows_bucket", (*of_bundle, ("le", "3.0"))] == sum(size <= 3 for size in sizes)


def test_the_drift_of_firing_is_one_where_the_network_fires_as_on_its_test(
    fresh: TestClient, simulated: Simulated, registry: Registry
) -> None:
    answer = diagnose(fresh, simulated)
    manifest = registry.bundles["order"].manifest
    seen = samples(fresh)
    for train, reference in manifest.summary.firing_rates.items():
        key = ("brinell_firing_rate_ratio", (("bundle", manifest.identity), ("spike_train", train)))
        fired = answer["energy"]["firing_rates"][train]  # type: ignore[index]
        assert seen[key] == pytest.approx(fired / reference)


def test_strangers_cannot_make_new_series(fresh: TestClient) -> None:
    for method, name in (("GET", "a"), ("GET", "b"), ("BREW", "c"), ("STEEP", "d")):
        assert fresh.request(method, f"/{name}").status_code == 404
    counted = {key: value for key, value in samples(fresh).items() if key[0] == "brinell_requests_total"}
    refused = {dict(labels)["method"]: value for (_, labels), value in counted.items()}
    assert refused == {"GET": 2, "other": 2}


def test_a_request_leaves_one_json_line_with_its_id(simulated: Simulated) -> None:
    script = """
from starlette.testclient import TestClient
from service import logs
from service.app import create_app
from service.settings import Settings
logs.configure("json", "info")
with TestClient(create_app(Settings())) as client:
    client.get("/healthz", headers={"X-Request-ID": "pump-7"})
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    (told,) = [line for line in lines if line["logger"] == "service.requests"]
    assert (told["request_id"], told["path"], told["status"], told["level"]) == ("pump-7", "/healthz", 200, "INFO")


def test_every_setting_is_shown_with_its_origin() -> None:
    given = {"THREADS": "3", "PORT": "9004", "STATE": "/srv/brinell", "DURABLITY": "fast"}
    environment = os.environ | {f"BRINELL_{name}": value for name, value in given.items()}
    command = [sys.executable, "-m", "brinell", "serve", "--show-settings", "--port", "9005"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    *shown, misspelt = run.stdout.splitlines()
    assert misspelt == "# BRINELL_DURABLITY is set, and is no setting"
    lines = dict(line.split("=", 1) for line in shown)
    assert lines["BRINELL_STATE"].startswith("/srv/brinell  # environment; default /")
    assert set(lines) == {f"BRINELL_{name.upper()}" for name in Settings.model_fields}
    assert lines["BRINELL_THREADS"] == "3  # environment; default 2"
    assert lines["BRINELL_PORT"] == "9005  # option --port; default 8000"
    assert lines["BRINELL_HOST"] == "127.0.0.1  # default"


def test_what_was_shown_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty is as good as not set, as files of variables for containers have it."""
    for line in Settings().shown():
        variable, _, value = line.partition("  # ")[0].partition("=")
        monkeypatch.setenv(variable, value)
    assert Settings() == Settings.read()
    assert Settings().tls_key is None


def test_spans_reach_a_collector() -> None:
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script = """
from starlette.testclient import TestClient
from service.app import create_app
from service.settings import Settings
with TestClient(create_app(Settings.read())) as client:
    client.get("/healthz")
"""
    environment = {**os.environ, "BRINELL_TRACES": f"http://127.0.0.1:{server.server_port}"}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, capture_output=True)
    server.shutdown()
    assert [path for path, _ in received] == ["/v1/traces"]
    assert b"brinell" in received[0][1]
    assert b"GET /healthz" in received[0][1]
