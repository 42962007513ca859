"""The service goes on with the good bundles and says which ones are bad; what was chosen stays chosen."""

import shutil
import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from models.bundle import BundleError
from models.signing import SigningError, make_keys, sign_bundle
from service.app import create_app
from service.choices import ChoiceError
from service.registry import NoSuchBundle, NotPossible, Registry
from service.settings import Settings, SettingsError
from service.snapshot import State
from service.trust import Trust
from tests.service.versions import another, bolder, damage, two_versions


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    return Path(shutil.copytree(Settings().bundles, tmp_path / "bundles"))


def test_a_damaged_bundle_is_refused_by_name_and_the_others_answer(bundles: Path) -> None:
    damage(bundles / "order" / "1.0.0" / "model.onnx")
    with TestClient(create_app(Settings(bundles=bundles))) as client:
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["bundles"] == ["aligned/1.0.0", "time/1.0.0"]
        assert "model.onnx is not the file" in ready.json()["refused"]["order/1.0.0"]
        assert list(client.get("/v1/models").json()["refused"]) == ["order/1.0.0"]


def test_where_all_are_damaged_it_is_not_ready_and_says_why(bundles: Path) -> None:
    for name in ("aligned", "order", "time"):
        damage(bundles / name / "1.0.0" / "golden.npz")
    with TestClient(create_app(Settings(bundles=bundles))) as client:
        assert client.get("/readyz").status_code == 503
        assert set(client.get("/readyz").json()["refused"]) == {"aligned/1.0.0", "order/1.0.0", "time/1.0.0"}


def test_the_version_before_a_bad_one_answers(bundles: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        shutil.copytree(bundles / "order" / "1.0.0", bundles / "order" / version)
    loaded = Registry.load(bundles)
    assert loaded.bundles["order"].identity == "order/1.0.0"
    assert list(loaded.refused) == ["order/1.10.0", "order/1.9.0"]  # the newest first, by number
    assert loaded.refused["order/1.9.0"] == "the manifest says order/1.0.0"


def test_stray_files_are_no_bundles(bundles: Path) -> None:
    (bundles / "README.md").write_text("hello")
    (bundles / "order" / ".hidden").mkdir()
    assert Registry.load(bundles).refused == {}


def test_no_folder_is_no_bundle_and_the_log_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert Registry.load(tmp_path / "nowhere").bundles == {}
    assert "no bundle answers" in caplog.text


@pytest.fixture
def aligned(tmp_path: Path) -> Path:
    """A folder with three versions of one bundle: 1.0.0, 1.1.0 and 1.2.0."""
    root = two_versions(tmp_path / "one", "aligned", bolder)
    another(root, "aligned", "1.2.0", bolder)
    return root


def answering(registry: Registry) -> str:
    return registry.bundles["aligned"].manifest.version


def test_the_newest_good_version_answers_until_another_is_chosen_and_that_outlives_the_process(aligned: Path) -> None:
    registry = Registry.load(aligned)
    assert answering(registry) == "1.2.0"
    registry.activate("aligned", "1.0.0")
    assert answering(registry) == answering(Registry.load(aligned)) == "1.0.0"
    another(aligned, "aligned", "1.3.0")
    assert answering(Registry.load(aligned)) == "1.0.0"


def test_rolling_back_goes_the_way_that_was_come(aligned: Path) -> None:
    registry = Registry.load(aligned)
    for version in ("1.0.0", "1.1.0"):
        registry.activate("aligned", version)
    for version in ("1.0.0", "1.2.0"):
        assert registry.before("aligned") == version
        Registry.load(aligned).roll_back("aligned")
        registry.reload()
        assert answering(registry) == version


def test_without_a_way_back_the_next_older_version_is_the_one_before(aligned: Path) -> None:
    registry = Registry.load(aligned)
    for version in ("1.1.0", "1.0.0"):
        registry.roll_back("aligned")
        assert answering(registry) == version
    with pytest.raises(NotPossible, match=r"no version from before 1\.0\.0"):
        registry.roll_back("aligned")
    assert answering(registry) == "1.0.0"


def test_to_activate_what_answers_is_nothing_new(aligned: Path) -> None:
    registry = Registry.load(aligned)
    registry.activate("aligned", "1.0.0")
    registry.activate("aligned", "1.0.0")
    assert registry.before("aligned") == "1.2.0"


def test_a_bad_version_is_not_activated_and_what_answers_goes_on(aligned: Path) -> None:
    registry = Registry.load(aligned)
    registry.activate("aligned", "1.1.0")
    chosen = (aligned / "active.json").read_bytes()
    damage(aligned / "aligned" / "1.0.0" / "model.onnx")
    with pytest.raises(BundleError, match=r"model\.onnx is not the file"):
        registry.activate("aligned", "1.0.0")
    assert answering(registry) == "1.1.0"
    assert "model.onnx" in registry.refused["aligned/1.0.0"]
    assert (aligned / "active.json").read_bytes() == chosen
    assert [version.state for version in registry.versions("aligned")] == [
        State.AVAILABLE, State.ACTIVE, State.REFUSED,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "version"), [("aligned", "9.9.9"), ("nothing", "1.0.0"), ("..", "one"), ("aligned", "..")]
)
def test_what_is_not_in_the_folder_is_not_activated(aligned: Path, name: str, version: str) -> None:
    registry = Registry.load(aligned)
    with pytest.raises(NoSuchBundle):
        registry.activate(name, version)
    assert not (aligned / "active.json").exists()


def test_a_version_that_becomes_bad_on_disk_goes_on_from_memory_and_the_one_before_it_starts(aligned: Path) -> None:
    registry = Registry.load(aligned)
    registry.activate("aligned", "1.1.0")
    damage(aligned / "aligned" / "1.1.0" / "golden.npz")
    registry.reload()
    assert answering(registry) == "1.1.0"
    assert "golden.npz" in registry.refused["aligned/1.1.0"]
    assert answering(Registry.load(aligned)) == "1.2.0"


def test_where_the_chosen_version_is_bad_an_older_one_comes_before_a_newer_one(aligned: Path) -> None:
    (aligned / "active.json").write_text('{"bundles": {"aligned": {"version": "1.1.0"}}}')
    damage(aligned / "aligned" / "1.1.0" / "golden.npz")
    assert answering(Registry.load(aligned)) == "1.0.0"
    shutil.rmtree(aligned / "aligned" / "1.0.0")
    assert answering(Registry.load(aligned)) == "1.2.0"


def test_a_chosen_version_that_is_gone_is_said(aligned: Path) -> None:
    registry = Registry.load(aligned)
    registry.activate("aligned", "1.1.0")
    shutil.rmtree(aligned / "aligned" / "1.1.0")
    registry.reload()
    assert answering(registry) == "1.2.0"
    assert "no version 1.1.0" in registry.refused["aligned/1.1.0"]


def test_what_was_taken_out_stays_out_until_it_is_brought_back(aligned: Path) -> None:
    registry = Registry.load(aligned)
    registry.activate("aligned", "1.1.0")
    registry.take_out("aligned")
    assert registry.bundles == Registry.load(aligned).bundles == {}
    registry.bring_back("aligned")
    assert answering(registry) == answering(Registry.load(aligned)) == "1.1.0"


def test_a_reload_finds_new_versions_and_keeps_in_memory_what_did_not_change(aligned: Path) -> None:
    registry = Registry.load(aligned)
    before = registry.bundles["aligned"]
    registry.reload()
    assert registry.bundles["aligned"] is before
    another(aligned, "aligned", "1.10.0")
    registry.reload()
    assert answering(registry) == "1.10.0"


@pytest.mark.parametrize("content", ["", "[]", '{"bundles": {"aligned": {"version": 1}}}', '{"other": 1}'])
def test_a_choice_that_cannot_be_read_is_not_taken_for_none(aligned: Path, content: str) -> None:
    registry = Registry.load(aligned)
    registry.activate("aligned", "1.0.0")
    (aligned / "active.json").write_text(content)
    for operation in (registry.reload, lambda: registry.activate("aligned", "1.1.0"), lambda: Registry.load(aligned)):
        with pytest.raises(ChoiceError, match=r"active\.json"):
            operation()
    assert answering(registry) == "1.0.0"


def test_a_choice_that_cannot_be_kept_is_not_made(aligned: Path) -> None:
    registry = Registry.load(aligned)
    (aligned / "active.json").mkdir()  # nothing can take the place of a folder
    with pytest.raises(ChoiceError):
        registry.activate("aligned", "1.0.0")
    assert answering(registry) == "1.2.0"
    (aligned / "active.json").rmdir()
    assert {path.name for path in aligned.iterdir()} == {"aligned", ".active.lock"}


def test_two_processes_choose_one_after_the_other(aligned: Path) -> None:
    shutil.copytree(aligned / "aligned", aligned / "other")
    for folder in (aligned / "other").iterdir():
        path = folder / "manifest.json"
        path.write_text(path.read_text().replace('"name": "aligned"', '"name": "other"', 1))
    registries = [Registry.load(aligned) for _ in range(2)]

    def choose(registry: Registry, name: str) -> None:
        for version in ("1.0.0", "1.1.0") * 5:
            registry.activate(name, version)

    threads = [
        threading.Thread(target=choose, args=each) for each in zip(registries, ("aligned", "other"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = Registry.load(aligned)
    assert {name: bundle.manifest.version for name, bundle in loaded.bundles.items()} == {
        "aligned": "1.1.0", "other": "1.1.0",
    }  # fmt: skip


def test_signatures_decide_by_the_policy_who_answers(aligned: Path, tmp_path: Path) -> None:
    private, public = make_keys(tmp_path / "plant")
    sign_bundle(aligned / "aligned" / "1.0.0", private)
    assert answering(Registry.load(aligned, Trust("off"))) == "1.2.0"
    warned = Registry.load(aligned, Trust("warn", public))
    assert answering(warned) == "1.2.0"
    assert warned.snapshot.signatures == {"aligned/1.2.0": "it is not signed"}
    required = Registry.load(aligned, Trust("require", public))
    assert answering(required) == "1.0.0"
    assert required.snapshot.signatures == {"aligned/1.0.0": "signed by plant"}
    assert required.refused == dict.fromkeys(("aligned/1.2.0", "aligned/1.1.0"), "it is not signed")
    with pytest.raises(BundleError, match="not signed"):
        required.activate("aligned", "1.1.0")
    assert answering(required) == "1.0.0"


def test_a_key_that_is_trusted_no_more_takes_its_bundles_with_it(aligned: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    private, public = make_keys(tmp_path / "plant")
    other, other_public = make_keys(tmp_path / "maker")
    for path in (public, other_public):
        shutil.copy(path, keys)
    sign_bundle(aligned / "aligned" / "1.2.0", private)
    sign_bundle(aligned / "aligned" / "1.1.0", other)
    registry = Registry.load(aligned, Trust("require", keys))
    assert answering(registry) == "1.2.0"
    (keys / "plant.pub").unlink()
    registry.reload()
    assert answering(registry) == "1.1.0"
    (keys / "maker.pub").write_text("broken")
    with pytest.raises(SigningError, match=r"maker\.pub"):
        registry.reload()
    assert answering(registry) == "1.1.0"


def test_to_require_signatures_without_keys_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="BRINELL_TRUSTED_KEYS"):
        Settings.read(signatures="require")
    with pytest.raises(SettingsError, match="no such file or folder"):
        Settings.read(trusted_keys=tmp_path / "nowhere")


def test_a_challenger_is_checked_like_any_other_and_is_none_once_it_answers(aligned: Path) -> None:
    damage(aligned / "aligned" / "1.1.0" / "model.onnx")
    registry = Registry.load(aligned, challenger="aligned/1.1.0")
    assert registry.snapshot.challenger is None
    assert "model.onnx" in registry.refused["aligned/1.1.0"]
    with pytest.raises(NotPossible, match="is what answers"):
        registry.challenge("aligned/1.2.0")
    registry.challenge("aligned/1.0.0")
    registry.reload()
    assert registry.snapshot.challenger is not None
    registry.activate("aligned", "1.0.0")
    assert registry.snapshot.challenger is None
