"""Bundles over HTTP: pushed, activated, rolled back; what is not good is told and leaves no trace."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from models.bundle import PRETRAINED
from models.signing import make_keys, sign_bundle
from service.app import create_app
from service.settings import Settings
from tests.service.asking import Simulated, post
from tests.service.versions import another, bolder, damage, everything_in, tarred, two_versions

TAR = {"Content-Type": "application/x-tar"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with `time/1.0.0`, `time/1.1.0`, which is surer, and nothing else."""
    return two_versions(tmp_path / "bundles", "time", bolder)


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(bundles=root))) as started:
        yield started


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[..., Path]:
    """`fresh(version, change)`: the folder of a version of `time` that is not among the service's bundles."""

    def make(version: str, change: Callable[[dict[str, Any]], None] = bolder) -> Path:
        elsewhere = tmp_path / "elsewhere"
        shutil.copytree(PRETRAINED / "time", elsewhere / "time", dirs_exist_ok=True)
        return another(elsewhere, "time", version, change)

    return make


def states(client: TestClient, name: str = "time") -> dict[str, str]:
    told = client.get(f"/v1/models/{name}/versions").json()
    return {version["version"]: version["state"] for version in told["versions"]}


def test_a_version_is_activated_and_rolled_back_and_the_answers_are_its_own(
    client: TestClient, simulated: Simulated
) -> None:
    surer = post(client, simulated())
    assert surer["bundle"] == {"name": "time", "version": "1.1.0"}
    told = client.post("/v1/models/time/activate", json={"version": "1.0.0"})
    assert told.status_code == 200
    assert told.json()["before"] == "1.1.0"
    assert states(client) == {"1.1.0": "available", "1.0.0": "active"}
    answer = post(client, simulated())
    assert answer["bundle"] == {"name": "time", "version": "1.0.0"}
    assert answer["probabilities"] != surer["probabilities"]
    assert client.post("/v1/models/time/rollback").status_code == 200
    assert post(client, simulated())["probabilities"] == surer["probabilities"]
    assert client.get("/readyz").json()["bundles"] == ["time/1.1.0"]


def test_each_version_is_known_by_the_sha256_of_its_manifest_and_the_one_that_answers_by_what_it_was_loaded_from(
    root: Path, client: TestClient
) -> None:
    def told() -> dict[str, str]:
        versions = client.get("/v1/models/time/versions").json()["versions"]
        return {version["version"]: version["sha256"] for version in versions}

    manifests = {version: root / "time" / version / "manifest.json" for version in ("1.1.0", "1.0.0")}
    before = {version: hashlib.sha256(path.read_bytes()).hexdigest() for version, path in manifests.items()}
    assert told() == before
    for path in manifests.values():
        path.unlink()
    assert told() == {"1.1.0": before["1.1.0"], "1.0.0": None}


def test_a_bad_version_is_a_409_with_its_reason_and_readyz_says_it_too(root: Path, client: TestClient) -> None:
    damage(root / "time" / "1.0.0" / "model.onnx")
    answer = client.post("/v1/models/time/activate", json={"version": "1.0.0"})
    assert (answer.status_code, answer.json()["field"]) == (409, "version")
    assert "model.onnx is not the file" in answer.json()["reason"]
    for path in ("/readyz", "/v1/models"):
        assert "model.onnx" in client.get(path).json()["refused"]["time/1.0.0"]
    assert states(client) == {"1.1.0": "active", "1.0.0": "refused"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("POST", "/v1/models/nothing/activate", {"version": "1.0.0"}, 404, "version"),
        ("POST", "/v1/models/time/activate", {"version": "7.0.0"}, 404, "version"),
        ("POST", "/v1/models/time/activate", {"version": "../1.0.0"}, 422, "version"),
        ("POST", "/v1/models/time/activate", {"version": "1.0.0", "now": True}, 422, "now"),
        ("POST", "/v1/models/time/activate", {}, 422, "version"),
        ("POST", "/v1/models/Time/activate", {"version": "1.0.0"}, 422, "name"),
        ("POST", "/v1/models/nothing/rollback", None, 404, "version"),
        ("GET", "/v1/models/nothing/versions", None, 404, "bundle"),
        ("PUT", "/v1/models/challenger", {"bundle": "time/9.0.0"}, 404, "version"),
        ("PUT", "/v1/models/challenger", {"bundle": "time/1.1.0"}, 409, "version"),
        ("PUT", "/v1/models/challenger", {"bundle": "time"}, 422, "bundle"),
    ],
)
def test_what_cannot_be_done_is_told_by_field(
    client: TestClient, method: str, path: str, body: Any, status: int, field: str
) -> None:
    answer = client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert answer.json()["reason"]
    assert answer.json()["what_to_do"]


def test_an_order_of_another_type_or_size_is_not_read(client: TestClient) -> None:
    path = "/v1/models/time/activate"
    assert client.post(path, content=b'{"version": "1.0.0"}').status_code == 415
    as_json = {"Content-Type": "application/json"}
    assert client.post(path, content=b" " * 5000, headers=as_json).status_code == 413
    assert client.post(path, content=b"{", headers=as_json).status_code == 422
    assert states(client)["1.1.0"] == "active"


def test_an_unloaded_bundle_answers_nothing_until_it_is_loaded(client: TestClient, simulated: Simulated) -> None:
    assert client.post("/v1/models/time/unload").status_code == 200
    assert client.get("/readyz").status_code == 503
    query = "/v1/diagnose?rate_hz=48000"
    assert client.post(query, content=simulated().samples.tobytes()).status_code == 503
    assert client.post("/v1/models/time/load").status_code == 200
    assert post(client, simulated())["bundle"]["version"] == "1.1.0"


def test_a_pushed_bundle_is_there_but_answers_only_once_it_is_activated(
    root: Path, client: TestClient, fresh: Callable[..., Path]
) -> None:
    folder = fresh("1.2.0")
    answer = client.post("/v1/models", content=tarred(folder), headers=TAR)
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "time"
    assert answer.json()["version"]["state"] == "available"
    assert everything_in(root / "time" / "1.2.0") == everything_in(folder)
    assert not (root / ".incoming").exists()
    assert states(client) == {"1.2.0": "available", "1.1.0": "active", "1.0.0": "available"}
    client.post("/v1/models/reload")
    assert states(client)["1.1.0"] == "active"
    with TestClient(create_app(Settings(bundles=root))) as restarted:
        assert states(restarted)["1.1.0"] == "active"
    assert client.post("/v1/models/time/activate", json={"version": "1.2.0"}).status_code == 200
    assert states(client)["1.2.0"] == "active"


def test_a_pushed_bundle_of_a_new_name_does_not_answer_after_a_restart_either(
    root: Path, client: TestClient, fresh: Callable[..., Path]
) -> None:
    folder = fresh("1.0.1", lambda manifest: manifest.update(name="other"))
    assert client.post("/v1/models", content=tarred(folder), headers=TAR).status_code == 201
    for _ in range(2):
        assert client.get("/readyz").json()["bundles"] == ["time/1.1.0"]
        client.post("/v1/models/reload")
    with TestClient(create_app(Settings(bundles=root))) as restarted:
        assert restarted.get("/readyz").json()["bundles"] == ["time/1.1.0"]
    assert client.post("/v1/models/other/activate", json={"version": "1.0.1"}).status_code == 200
    assert client.get("/readyz").json()["bundles"] == ["other/1.0.1", "time/1.1.0"]


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def with_damaged(name: str) -> Callable[[Path], None]:
    return lambda folder: damage(folder / name)


def with_wrong_golden_answers(folder: Path) -> None:
    """Every checksum is right, but the network never said what the golden vectors say."""
    with np.load(folder / "golden.npz") as golden:
        arrays = {name: golden[name] for name in golden.files}
    np.savez(folder / "golden.npz", **(arrays | {"logits": -arrays["logits"]}))
    list_anew(folder, "golden.npz")


def list_anew(folder: Path, name: str) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (with_damaged("model.onnx"), "model.onnx is not the file"),
        (with_damaged("golden.npz"), "golden.npz is not the file"),
        (without("README.md"), "README.md cannot be read"),
        (without("manifest.json"), "0 files manifest.json"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "manifest.json: name: Field required"),
        (lambda folder: (folder / "more.txt").write_text("x"), "'./more.txt', which the manifest does not list"),
        (with_wrong_golden_answers, "golden"),
    ],
)
def test_a_corrupt_bundle_leaves_nothing_behind(
    root: Path, client: TestClient, fresh: Callable[..., Path], spoil: Callable[[Path], None], reason: str
) -> None:
    folder = fresh("1.2.0")
    spoil(folder)
    before = everything_in(root)
    answer = client.post("/v1/models", content=tarred(folder), headers=TAR)
    assert answer.status_code == 422, answer.text
    assert reason in answer.json()["reason"]
    assert str(root) not in answer.text
    assert everything_in(root) == before
    assert not (root / ".incoming").exists()
    assert states(client) == {"1.1.0": "active", "1.0.0": "available"}


def test_a_version_is_never_replaced(root: Path, client: TestClient, fresh: Callable[..., Path]) -> None:
    before = everything_in(root)
    answer = client.post("/v1/models", content=tarred(fresh("1.1.0")), headers=TAR)
    assert answer.status_code == 409
    assert "time/1.1.0 already" in answer.json()["reason"]
    assert everything_in(root) == before


def test_a_bundle_that_is_too_large_or_no_tar_is_not_taken(root: Path, fresh: Callable[..., Path]) -> None:
    with TestClient(create_app(Settings(bundles=root, max_bundle_mib=1))) as client:
        before = everything_in(root)
        whole = tarred(fresh("1.2.0"))
        assert len(whole) > 1 << 20
        assert client.post("/v1/models", content=whole, headers=TAR).status_code == 413
        in_pieces = client.post("/v1/models", content=iter([whole[:500_000], whole[500_000:]]), headers=TAR)
        assert in_pieces.status_code == 413
        assert (
            client.post("/v1/models", content=b"PK\3\4", headers={"Content-Type": "application/zip"}).status_code == 415
        )
        assert client.post("/v1/models", content=b"nonsense", headers=TAR).status_code == 422
        assert everything_in(root) == before


def test_where_signatures_are_required_nothing_of_an_unsigned_bundle_is_kept(
    root: Path, tmp_path: Path, fresh: Callable[..., Path]
) -> None:
    private, public = make_keys(tmp_path / "plant")
    sign_bundle(root / "time" / "1.0.0", private)
    with TestClient(create_app(Settings(bundles=root, signatures="require", trusted_keys=public))) as client:
        models = client.get("/v1/models").json()
        assert [model["signature"] for model in models["bundles"]] == ["signed by plant"]
        assert models["refused"] == {"time/1.1.0": "it is not signed"}
        folder = fresh("1.2.0")
        refused = client.post("/v1/models", content=tarred(folder), headers=TAR)
        assert (refused.status_code, refused.json()["reason"]) == (422, "it is not signed")
        assert not (root / "time" / "1.2.0").exists()
        sign_bundle(folder, private)
        taken = client.post("/v1/models", content=tarred(folder), headers=TAR)
        assert taken.status_code == 201
        assert taken.json()["version"]["signature"] == "signed by plant"


def with_a_graph_that_eats_memory(folder: Path) -> None:
    """The logits wait for the sum of 2^35 zeros, 128 GiB of them."""
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load(folder / "model.onnx")
    graph = model.graph
    for node in graph.node:
        node.output[:] = ["logits_before" if name == "logits" else name for name in node.output]
    graph.initializer.append(helper.make_tensor("extent", TensorProto.INT64, [1], [1 << 35]))
    graph.node.extend(
        [
            helper.make_node("ConstantOfShape", ["extent"], ["many"]),
            helper.make_node("ReduceSum", ["many"], ["none"], keepdims=0),
            helper.make_node("Add", ["logits_before", "none"], ["logits"]),
        ]
    )
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    list_anew(folder, "model.onnx")


def test_a_graph_that_would_eat_all_memory_is_refused_and_the_service_goes_on(
    root: Path, client: TestClient, fresh: Callable[..., Path], simulated: Simulated
) -> None:
    folder = fresh("1.2.0")
    with_a_graph_that_eats_memory(folder)
    answer = client.post("/v1/models", content=tarred(folder), headers=TAR)
    assert answer.status_code == 422, answer.text
    assert not (root / "time" / "1.2.0").exists()
    assert post(client, simulated())["bundle"]["version"] == "1.1.0"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real filesystem that holds the bundles and hardly more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", disk], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only root mounts a filesystem")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_on_a_full_disk_nothing_is_kept_and_what_answers_goes_on(
    small_disk: Path, fresh: Callable[..., Path], simulated: Simulated
) -> None:
    root = two_versions(small_disk / "bundles", "time", bolder)
    with TestClient(create_app(Settings(bundles=root))) as client:
        before = everything_in(root)
        answer = client.post("/v1/models", content=tarred(fresh("1.2.0")), headers=TAR)
        assert (answer.status_code, answer.json()["field"]) == (507, "bundles_folder")
        assert "No space left" in answer.json()["reason"]
        assert everything_in(root) == before
        subprocess.run(["dd", "if=/dev/zero", f"of={small_disk / 'filling'}", "bs=4096"], capture_output=True)
        answer = client.post("/v1/models/time/activate", json={"version": "1.0.0"})
        assert answer.status_code == 507
        assert post(client, simulated())["bundle"]["version"] == "1.1.0"
        (small_disk / "filling").unlink()
        assert client.post("/v1/models/time/activate", json={"version": "1.0.0"}).status_code == 200
