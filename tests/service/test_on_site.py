"""What is changed by commands on this machine stands where what is changed over HTTP stands."""

import os
import pwd
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from brinell import app
from service.security import on_site
from service.settings import Settings
from service.store.location import file_of
from service.store.opening import opened
from service.store.tables import AuditEntry
from tests.service.versions import two_versions


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = two_versions(tmp_path / "bundles", "aligned")
    monkeypatch.setenv("BRINELL_BUNDLES", str(root))
    monkeypatch.setenv("BRINELL_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("SUDO_USER", raising=False)
    return root


def brinell(*words: object) -> str:
    """What the command says."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def commands() -> list[str]:
    """Those that the store knows of, the first first; each with this user's name."""
    settings = Settings()
    where = settings.store or str(file_of(None, settings.state))
    with opened(where, "power-safe") as (database, _), database.reading() as connection:
        entries = connection.execute(select(AuditEntry.__table__).order_by(AuditEntry.id)).all()
    user = f"user {pwd.getpwuid(os.getuid()).pw_name}"
    assert {(entry.method, entry.status, entry.key_id, entry.client) for entry in entries} == {
        ("COMMAND", 0, None, user)
    }
    return [entry.path for entry in entries]


def test_what_each_command_did_and_who_gave_it_is_kept(bundles: Path, tmp_path: Path) -> None:
    identity = brinell("keys", "api", "me", "--scope", "admin").split("_")[1]
    brinell("keys", "revoke", identity)
    brinell("bundle", "activate", "aligned/1.0.0")
    brinell("bundle", "rollback", "aligned")
    copy = tmp_path / "copy.db"
    brinell("backup", copy)
    until_the_copy = [
        f"keys api me: {identity} may admin",
        f"keys revoke {identity}",
        "bundle activate aligned/1.0.0",
        "bundle rollback aligned: aligned/1.1.0",
    ]
    assert commands() == [*until_the_copy, f"backup {copy}"]
    brinell("restore", "--force", copy)
    assert commands() == [*until_the_copy, f"restore {copy}"]


def test_it_is_kept_in_postgresql_too(bundles: Path, store_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRINELL_STORE", store_place)
    brinell("keys", "api", "me")
    brinell("bundle", "activate", "aligned/1.0.0")
    assert commands()[1:] == ["bundle activate aligned/1.0.0"]


def test_what_is_longer_than_its_column_or_no_text_is_kept_as_far_as_it_goes(
    bundles: Path, store_place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRINELL_STORE", store_place)
    with opened(store_place, "power-safe") as (database, _), database.writing() as connection:
        on_site.record(connection, "backup \udcff\0" + "x" * 300)
    assert commands() == ["backup \\udcff" + "x" * 187]


def test_where_there_is_no_store_a_bundle_is_activated_all_the_same_and_that_is_said(
    bundles: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert "answers" in brinell("bundle", "activate", "aligned/1.0.0")
    assert "not kept in the table audit: there is no store" in caplog.text
    assert not Settings().state.exists()
