"""What a real service is given, and what it is asked first: bundles are told apart by what is in them."""

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
import pytest

from models.bundle import PRETRAINED, Bundle
from models.parent import PARENT, Parent
from tests.service.running import Running, running
from tests.service.versions import another, bolder
from tests.training.retraining.conftest import key_file
from training.retraining.case import RetrainingError
from training.retraining.pushing import activate, ready

SHIPPED = PRETRAINED / "time"


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    """What the service answers from: `time/1.0.0`."""
    shutil.copytree(SHIPPED / "1.0.0", tmp_path / "bundles" / "time" / "1.0.0")
    return tmp_path / "bundles"


@pytest.fixture
def service(bundles: Path, tmp_path: Path) -> Iterator[Running]:
    with running(bundles=bundles, state=tmp_path / "state", auth="none") as started:
        yield started


def child(of: Path, folder: Path, temperature: float) -> Bundle:
    """A bundle `time/1.1.0` in `folder` that says it went on from `of`."""
    shutil.copytree(of, folder / "time" / "1.0.0")
    parent = Parent(bundle="time/1.0.0", sha256=Bundle.load(of).sha256, step="calibration").model_dump_json()

    def change(manifest: dict[str, Any]) -> None:
        manifest["calibration"]["temperature"] = temperature
        manifest["files"][PARENT] = hashlib.sha256(parent.encode()).hexdigest()

    made = another(folder, "time", "1.1.0", change)
    (made / PARENT).write_text(parent)
    return Bundle.load(made)


def told(service: Running) -> dict[str, dict[str, str]]:
    answer = httpx2.get(f"{service.url}/v1/models/time/versions").raise_for_status().json()
    return {each["version"]: each for each in answer["versions"]}


def test_another_bundle_of_the_same_number_is_not_activated_in_place_of_the_one_that_was_judged(
    service: Running, bundles: Path, tmp_path: Path
) -> None:
    first, second = (child(SHIPPED / "1.0.0", tmp_path / name, at) for name, at in (("a", 1.1), ("b", 2.2)))
    activate(first, service.url, None)
    assert told(service)["1.1.0"]["sha256"] == first.sha256
    activate(first, service.url, None)  # of a run that was killed before it could note it
    httpx2.post(f"{service.url}/v1/models/time/rollback").raise_for_status()
    with pytest.raises(RetrainingError, match=r"holds another time/1\.1\.0 .* nothing was activated"):
        activate(second, service.url, None)
    assert told(service)["1.0.0"]["state"] == "active"
    assert Bundle.load(bundles / "time" / "1.1.0").sha256 == first.sha256


def test_a_bundle_that_was_compared_with_another_of_the_same_number_is_not_pushed(
    service: Running, tmp_path: Path
) -> None:
    other = another(Path(shutil.copytree(SHIPPED.parent, tmp_path / "other")), "time", "1.0.9", bolder)
    manifest = json.loads((other / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps(manifest | {"version": "1.0.0"}))
    stranger = child(other, tmp_path / "made", 1.1)
    with pytest.raises(RetrainingError, match=r"time/1\.0\.0 answers .* compared with time/1\.0\.0"):
        activate(stranger, service.url, None)
    with pytest.raises(RetrainingError, match=r"time/1\.0\.0 answers .* is to be retrained"):
        ready(Bundle.load(other), service.url, None)
    assert set(told(service)) == {"1.0.0"}


def test_a_service_is_asked_first_for_what_it_would_refuse_in_the_end(
    service: Running, bundles: Path, tmp_path: Path
) -> None:
    champion = Bundle.load(bundles / "time" / "1.0.0")
    assert set(ready(champion, service.url, None)) == {"1.0.0"}
    assert [path.name for path in (bundles / "time").iterdir()] == ["1.0.0"]
    with pytest.raises(RetrainingError, match=r"none\.key cannot be read"):
        ready(champion, service.url, tmp_path / "none.key")
    for nowhere in ("http://127.0.0.1:9", "nonsense"):
        with pytest.raises(RetrainingError, match=nowhere):
            ready(champion, nowhere, None)


def test_what_answers_in_json_and_is_no_service_of_brinells_is_said_to_be_none(tmp_path: Path) -> None:
    said = tmp_path / "v1" / "models" / "time" / "versions"
    said.parent.mkdir(parents=True)
    with HTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=tmp_path)) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        for content in ("{}", "[]", '{"versions": 3}', '{"versions": [{"version": "1.0.0"}]}'):
            said.write_text(content)
            with pytest.raises(RetrainingError, match="no service of Brinell's answers there"):
                ready(Bundle.load(SHIPPED / "1.0.0"), f"http://127.0.0.1:{other.server_port}", None)
        other.shutdown()


def test_a_key_that_may_not_push_is_said_before_the_training_and_so_is_a_version_that_does_not_answer(
    bundles: Path, tmp_path: Path
) -> None:
    newest = Bundle.load(another(bundles, "time", "1.0.5", bolder))
    with running(bundles=bundles, state=tmp_path / "state", auth="keys") as service:
        admin, reader = (key_file(tmp_path, scope) for scope in ("admin", "diagnose"))
        for key, why in ((None, r"say which .* \(401\)"), (reader, r"take a bundle \(403\)")):
            with pytest.raises(RetrainingError, match=f"refused to {why}"):
                ready(newest, service.url, key)
        assert set(ready(newest, service.url, admin)) == {"1.0.0", "1.0.5"}
        with pytest.raises(RetrainingError, match=r"time/1\.0\.5 answers .* time/1\.0\.0 .* is to be retrained"):
            ready(Bundle.load(bundles / "time" / "1.0.0"), service.url, admin)
