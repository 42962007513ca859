"""A bundle is used only where every byte is the one listed and every golden answer comes out right."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.bundle import MODEL, PRETRAINED, TRACE_MODEL, Bundle, BundleError, check_golden, versions, write_bundle
from models.graph import Graph
from models.manifest import Manifest


@pytest.fixture(scope="module")
def shipped() -> Path:
    return PRETRAINED / "order" / "1.0.0"


@pytest.fixture
def folder(shipped: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped, tmp_path / "order" / "1.0.0"))


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def forge_golden(folder: Path, **arrays: Any) -> None:
    """Other golden vectors, with a manifest that lists them."""
    import hashlib

    with np.load(folder / "golden.npz") as old:
        np.savez(folder / "golden.npz", **({name: old[name] for name in old.files} | arrays))
    digest = hashlib.sha256((folder / "golden.npz").read_bytes()).hexdigest()
    rewrite(folder, lambda manifest: manifest["files"].update({"golden.npz": digest}))


@pytest.mark.parametrize("name", ["order", "time"])
def test_a_shipped_bundle_is_whole_and_right_on_this_processor(name: str) -> None:
    bundle = Bundle.load(PRETRAINED / name / "1.0.0")
    assert bundle.identity == f"{name}/1.0.0"
    check_golden(bundle)


def test_the_manifest_lists_every_file_and_its_schema_allows_it(shipped: Path) -> None:
    manifest = Bundle.load(shipped).manifest
    assert set(manifest.files) == {path.name for path in shipped.iterdir()} - {"manifest.json"}
    assert json.loads((shipped / "manifest.schema.json").read_text()) == json.loads(
        json.dumps(Manifest.model_json_schema())
    )


def test_every_single_changed_byte_is_noticed(folder: Path) -> None:
    for name in Bundle.load(folder).manifest.files:
        path = folder / name
        whole = path.read_bytes()
        changed = bytearray(whole)
        changed[len(whole) // 2] ^= 1
        path.write_bytes(changed)
        with pytest.raises(BundleError, match=rf"{name} is not the file"):
            Bundle.load(folder)
        path.write_bytes(whole)
    Bundle.load(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / MODEL).unlink()
    with pytest.raises(BundleError, match=r"model.onnx cannot be read"):
        Bundle.load(folder)


def test_no_bundle_at_all_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest.json cannot be read"):
        Bundle.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda manifest: manifest.update(schema_version=2), "schema_version"),
        (lambda manifest: manifest.update(surprise=1), "surprise"),
        (lambda manifest: manifest.pop("seed"), "seed"),
        (lambda manifest: manifest["files"].pop("golden.npz"), "lists no golden.npz"),
        (lambda manifest: manifest["files"].update({"../evil": "0" * 64}), "files"),
        (lambda manifest: manifest["faults"].pop(), "feature means"),
        (lambda manifest: manifest["front_end"].update(kind="psychic"), "front_end"),
    ],
)
def test_a_manifest_that_is_not_of_this_schema_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    rewrite(folder, change)
    with pytest.raises(BundleError, match=reason):
        Bundle.load(folder)


def test_a_graph_that_does_not_fit_its_manifest_is_refused(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest["front_end"].update(revolutions=8))
    with pytest.raises(BundleError, match="the front end makes 2048"):
        check_golden(Bundle.load(folder))


def test_another_fault_on_a_golden_window_is_refused(folder: Path) -> None:
    logits = np.load(folder / "golden.npz")["logits"]
    logits[1] = np.roll(logits[1], 1)
    forge_golden(folder, logits=logits)
    with pytest.raises(BundleError, match=r"another fault on golden windows \[1\]"):
        check_golden(Bundle.load(folder))


@pytest.mark.parametrize(("off", "right"), [(0.009, True), (0.011, False), (np.nan, False)])
def test_golden_logits_may_be_off_by_a_hundredth(folder: Path, off: float, right: bool) -> None:
    # The same shift on all logits of a window leaves its fault as it is.
    forge_golden(folder, logits=np.load(folder / "golden.npz")["logits"] + np.float32(off))
    if right:
        check_golden(Bundle.load(folder))
    else:
        with pytest.raises(BundleError, match=r"golden logits are off|another fault"):
            check_golden(Bundle.load(folder))


@pytest.mark.parametrize(("off", "right"), [(0.0009, True), (-0.0009, True), (0.0012, False), (-0.0012, False)])
def test_golden_spikes_may_be_off_by_a_thousandth(folder: Path, off: float, right: bool) -> None:
    spikes = np.load(folder / "golden.npz")["spikes"].astype(np.float64)
    forge_golden(folder, spikes=spikes * (1 + off))
    if right:
        check_golden(Bundle.load(folder))
    else:
        with pytest.raises(BundleError, match="spikes on the golden windows"):
            check_golden(Bundle.load(folder))


def test_golden_vectors_are_read_without_pickle(folder: Path) -> None:
    forge_golden(folder, logits=np.array([{}], dtype=object))
    with pytest.raises(BundleError, match=r"golden.npz cannot be read"):
        check_golden(Bundle.load(folder))


def test_writing_a_bundle_again_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    old = Bundle.load(folder)
    made = {"golden.npz", "manifest.schema.json"}
    files: dict[str, Path | bytes] = {name: folder / name for name in old.manifest.files if name not in made}
    new = write_bundle(tmp_path / "again" / "1.0.0", old.manifest, files, old.golden().windows)
    assert new.manifest.files.keys() == old.manifest.files.keys()
    for name in (MODEL, TRACE_MODEL, "manifest.schema.json"):
        assert new.content(name) == old.content(name)
    assert [path.name for path in new.folder.parent.iterdir()] == ["1.0.0"]
    twice = write_bundle(tmp_path / "twice" / "1.0.0", old.manifest, files, old.golden().windows)
    for name in ("manifest.json", "golden.npz"):
        assert (twice.folder / name).read_bytes() == (new.folder / name).read_bytes()


def test_a_bundle_that_cannot_be_written_whole_leaves_the_old_one(folder: Path) -> None:
    old = Bundle.load(folder)
    with pytest.raises(ValueError, match="cannot load the graph"):
        write_bundle(folder, old.manifest, {MODEL: b"no graph"}, old.golden().windows)
    check_golden(Bundle.load(folder))
    assert [path.name for path in folder.parent.iterdir()] == ["1.0.0"]


def test_versions_are_ordered_by_number_the_newest_first(tmp_path: Path) -> None:
    for name in ("1.9.0", "1.10.0", ".writing", "0.20.1"):
        (tmp_path / name).mkdir()
    (tmp_path / "README.md").touch()
    assert [folder.name for folder in versions(tmp_path)] == ["1.10.0", "1.9.0", "0.20.1"]
    assert versions(tmp_path / "nowhere") == []


@pytest.fixture(scope="module")
def bundle(shipped: Path) -> Bundle:
    return Bundle.load(shipped)


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_a_window_is_read_the_same_in_any_batch(bundle: Bundle, batch: int) -> None:
    windows = np.resize(bundle.golden().windows, (64, 1, bundle.graph.length))
    alone = bundle.graph.run(windows)
    parts = [bundle.graph.run(windows[at : at + batch]) for at in range(0, 64, batch)]
    np.testing.assert_allclose(np.concatenate([part.logits for part in parts]), alone.logits, atol=1e-5)
    np.testing.assert_array_equal(np.concatenate([part.spikes for part in parts]), alone.spikes)


def test_traces_hold_the_spikes_that_are_counted(bundle: Bundle) -> None:
    windows = bundle.golden().windows[:3]
    counted = bundle.graph.run(windows).spikes
    assert bundle.tracer is not None
    trains = bundle.tracer.trace(windows)
    fed_by = [layer.fed_by for layer in bundle.manifest.layers if layer.fed_by is not None]
    assert list(dict.fromkeys(fed_by)) == list(trains)
    for column, name in enumerate(fed_by):
        assert set(np.unique(trains[name])) <= {0, 1}
        np.testing.assert_array_equal(trains[name].sum(axis=(1, 2, 3)), counted[:, column])


def test_a_graph_with_other_outputs_is_refused(bundle: Bundle) -> None:
    with pytest.raises(ValueError, match="cannot load the graph"):
        Graph(b"garbage")
