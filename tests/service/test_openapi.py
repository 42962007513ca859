"""The OpenAPI description: what it allows is answered as it says, its examples are real, its page needs no internet."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from service import docs
from service.app import create_app
from service.settings import Settings
from tests.service.conform import conform
from tests.service.judged import DEADLINE

PASSING = {"timing", "request_id", "id"}


ONE_MODEL = ("/v2/models/{model}", "/v2/models/{model}/versions/{version}")
OPERATIONS = (
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/v1/models"),
    ("POST", "/v1/models"),
    ("POST", "/v1/models/reload"),
    ("GET", "/v1/models/challenger"),
    ("PUT", "/v1/models/challenger"),
    ("DELETE", "/v1/models/challenger"),
    ("GET", "/v1/models/{name}/versions"),
    ("GET", "/v1/models/{name}/versions/{version}"),
    ("POST", "/v1/models/{name}/activate"),
    ("POST", "/v1/models/{name}/rollback"),
    ("POST", "/v1/models/{name}/unload"),
    ("POST", "/v1/models/{name}/load"),
    ("POST", "/v1/diagnose"),
    ("POST", "/v1/diagnose/batch"),
    ("POST", "/v1/diagnose/explain"),
    ("GET", "/v1/bearings"),
    ("GET", "/v1/demos"),
    ("GET", "/v1/demos/{name}"),
    ("POST", "/v1/session"),
    ("GET", "/v1/session"),
    ("DELETE", "/v1/session"),
    ("GET", "/v1/diagnoses"),
    ("GET", "/v1/diagnoses/{id}"),
    ("GET", "/v1/overview"),
    ("GET", "/v1/system"),
    ("GET", "/v1/assets"),
    ("POST", "/v1/assets"),
    ("GET", "/v1/assets.csv"),
    ("POST", "/v1/assets.csv"),
    ("GET", "/v1/assets/{id}"),
    ("PUT", "/v1/assets/{id}"),
    ("PATCH", "/v1/assets/{id}"),
    ("DELETE", "/v1/assets/{id}"),
    ("POST", "/v1/assets/{id}/diagnose"),
    ("POST", "/v1/assets/{id}/explain"),
    ("GET", "/v1/assets/{id}/trend"),
    ("POST", "/v1/assets/{id}/baseline"),
    ("GET", "/v1/assets/{id}/baseline"),
    ("DELETE", "/v1/assets/{id}/baseline"),
    ("GET", "/v1/assets/{id}/recordings"),
    ("GET", "/v1/recordings/{id}"),
    ("DELETE", "/v1/recordings/{id}"),
    ("POST", "/v1/feedback"),
    ("GET", "/v1/feedback"),
    ("POST", "/v1/export"),
    ("GET", "/v1/alarms"),
    ("GET", "/v1/assets/{id}/events"),
    ("POST", "/v1/assets/{id}/acknowledge"),
    ("POST", "/v1/assets/{id}/snooze"),
    ("PUT", "/v1/assets/{id}/alarm-rule"),
    ("GET", "/v2"),
    ("GET", "/v2/health/live"),
    ("GET", "/v2/health/ready"),
    ("GET", "/v2/models/stats"),
    *(("GET", f"{path}{what}") for path in ONE_MODEL for what in ("", "/ready", "/config", "/stats")),
    *(("POST", f"{path}/infer") for path in ONE_MODEL),
    ("POST", "/v2/repository/index"),
    ("POST", "/v2/repository/models/{model}/load"),
    ("POST", "/v2/repository/models/{model}/unload"),
)

NOTHING_WRONG = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/v1/models"),
    ("POST", "/v1/models"),
    ("POST", "/v1/models/reload"),
    ("GET", "/v1/models/challenger"),
    ("DELETE", "/v1/models/challenger"),
    ("GET", "/v1/assets.csv"),
    ("GET", "/v1/demos"),
    ("GET", "/v1/session"),
    ("GET", "/v1/system"),
    ("DELETE", "/v1/session"),
    ("GET", "/v2"),
    ("GET", "/v2/health/live"),
    ("GET", "/v2/health/ready"),
    ("GET", "/v2/models/stats"),
    *(("GET", f"{ONE_MODEL[1]}{what}") for what in ("", "/ready", "/config", "/stats")),
}
"""Questions without parameters, and without a body or with one of any bytes: no schema says what would be wrong."""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    bundles = shutil.copytree(Settings().bundles, tmp_path_factory.mktemp("asked") / "bundles")
    app = create_app(Settings(bundles=bundles))
    with TestClient(app):
        yield schemathesis.openapi.from_asgi("/openapi.json", app)


def test_every_operation_is_tried(schema: Any) -> None:
    found = {(result.ok().method.upper(), result.ok().path) for result in schema.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_asked_by_the_description_is_answered_as_it_says(
    schema: Any, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schema[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate()

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE
        # Nothing can be wrong about a question without parameters and body.
        assert (method, path) in NOTHING_WRONG


def test_who_gives_a_millisecond_is_refused_as_the_description_says(schema: Any) -> None:
    question = docs.example("question") | {"samples": [0.5, -0.5] * 200_000}
    case = schema["/v1/diagnose"]["POST"].Case(headers={DEADLINE: "1"}, body=question, media_type="application/json")
    answer = case.call_and_validate()  # `tests.service.judged` knows it for no fault of the server's
    assert answer.status_code in (503, 504)
    assert answer.json()["field"] == "queue"
    assert int(answer.headers["retry-after"][0]) >= 1


@pytest.mark.slow
def test_a_served_process_that_asks_for_keys_conforms_in_every_phase(tmp_path: Path) -> None:
    assert conform(["--max-examples=20"], tmp_path) == 0


def test_with_keys_the_description_says_who_may_ask_what() -> None:
    described = create_app(Settings(auth="keys")).openapi()
    assert set(described["components"]["securitySchemes"]) == {"bearer", "key"}
    change = described["paths"]["/v1/models/reload"]["post"]
    assert change["security"] == [{"bearer": []}, {"key": []}]
    assert "scope admin" in change["responses"]["403"]["description"]
    assert {"401", "403", "408", "429", "503"} <= set(described["paths"]["/v1/diagnose"]["post"]["responses"])
    assert "security" not in described["paths"]["/healthz"]["get"]


def test_every_refusal_is_described_in_one_shape(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    responses = described["paths"]["/v1/diagnose"]["post"]["responses"]
    assert set(responses) == {"200", "403", "408", "413", "415", "422", "429", "500", "503", "504"}
    shapes = {responses[status]["content"]["application/json"]["schema"]["$ref"] for status in set(responses) - {"200"}}
    assert shapes == {"#/components/schemas/Refusal"}


def test_every_refusal_of_the_inference_protocol_is_described_in_its_shape(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path in (path for path in paths if path.startswith("/v2/") and path != "/v2/health/ready"):
        for operation in paths[path].values():
            for status in set(operation["responses"]) - {"200"}:
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ProtocolError"}, (path, status)


def test_the_description_says_the_limits_that_are_set(client: TestClient) -> None:
    def described(asked: TestClient) -> str:
        return str(asked.get("/openapi.json").json()["paths"]["/v1/diagnose"]["post"]["description"])

    assert "JSON object (up to 32 MiB)" in described(client)
    assert "up to 128 MiB)" in described(client).replace("\n", " ")
    assert "JSON object (up to 5 MiB)" in described(TestClient(create_app(Settings(max_json_mib=5))))


def test_every_reference_of_the_description_leads_somewhere(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)))
    assert wanted == wanted & set(described["components"]["schemas"])
    assert "#/$defs" not in json.dumps(described)


def test_the_example_is_a_real_question_with_its_real_answer(client: TestClient) -> None:
    question = docs.example("question")
    answer = client.post("/v1/diagnose", json=question).json()
    if os.environ.get("BRINELL_RENEW_EXAMPLES"):
        (docs.EXAMPLES / "answer.json").write_text(json.dumps(answer, indent=1) + "\n")
    shown = dict(docs.example("answer"))
    assert set(shown) == set(answer)
    assert (answer["verdict"], answer["fault"]) == ("diagnosed", "outer_race")
    for name in ("probabilities", "energy"):
        assert flat(shown.pop(name)) == pytest.approx(flat(answer.pop(name)), rel=0.01, abs=0.01)
    assert shown.pop("confidence") == pytest.approx(answer.pop("confidence"), abs=0.01)
    assert shown.pop("unknown")["score"] == pytest.approx(answer.pop("unknown")["score"], rel=0.01)
    assert {key: shown[key] for key in set(shown) - PASSING} == {key: answer[key] for key in set(answer) - PASSING}


def flat(tree: Any, prefix: str = "") -> dict[str, float]:
    if not isinstance(tree, dict):
        return {prefix: tree} if isinstance(tree, int | float) else {}
    return {path: leaf for key, branch in tree.items() for path, leaf in flat(branch, f"{prefix}.{key}").items()}


def test_the_page_takes_nothing_from_another_host(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert re.findall(r"(?:https?:)?//[^\s'\"]+", page.text) == []
    parts = re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text)
    assert len(parts) == 3
    for part in parts:
        assert client.get(part).status_code == 200, part


def test_the_page_shows_the_description_by_a_swagger_ui_that_knows_openapi_3_1(client: TestClient) -> None:
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")
    script = client.get("/docs/assets/swagger-ui-bundle.js").text
    assert len(script) > 1_000_000
    assert "OpenAPI 3.1" in script or "openapi31" in script.lower() or "isOAS31" in script
