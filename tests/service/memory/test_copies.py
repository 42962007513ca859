"""A backup brings the kept signals along, and a restore puts back those that it lists."""

import shutil
from pathlib import Path

from service.memory.folder import NAME, Folder
from tests.service.memory.hearing import heard, remembering
from tests.service.process import brinell


def keep(state: Path, *identities: int) -> None:
    with remembering(state) as (memory, _, _):
        for identity in identities:
            memory.hear(heard(identity, asked=True))


def kept(folder: Path) -> set[int]:
    return {int(found[1], 16) for file in folder.iterdir() if (found := NAME.fullmatch(file.name))}


def test_signals_come_back_with_the_store_also_on_another_machine(tmp_path: Path) -> None:
    state, copy, other = tmp_path / "state", tmp_path / "copy.db", tmp_path / "other"
    keep(state, 1, 2, 3)
    assert "3 signals" in brinell("backup", copy, state=state)
    assert "3 signals" in brinell("restore", copy, state=other)
    keep(other, 4)
    assert kept(other / "recordings") == {1, 2, 3, 4}
    assert kept(tmp_path / "copy.db.recordings") == {1, 2, 3}


def test_whatever_folder_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    state, store, copy = tmp_path / "state", tmp_path / "elsewhere" / "brinell.db", tmp_path / "copy.db"
    Folder(state / "recordings", durable=False)
    brinell("keys", "api", "me", state=state, store=store)
    brinell("backup", copy, state=state, store=store)
    folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
    assert {path.name for path in folders} == {"state", "recordings", "elsewhere", "copy.db.recordings"}
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}


def test_a_restore_says_that_keys_come_back_too(tmp_path: Path) -> None:
    state, copy = tmp_path / "state", tmp_path / "copy.db"
    identity = brinell("keys", "api", "me", state=state).split("_")[1]
    brinell("backup", copy, state=state)
    brinell("keys", "revoke", identity, state=state)
    assert "revoked since opens again" in brinell("restore", "--force", copy, state=state)
    brinell("keys", "revoke", identity, state=state)


def test_what_was_kept_after_the_backup_is_put_aside_by_a_restore_and_nothing_is_lost(tmp_path: Path) -> None:
    state, copy = tmp_path / "state", tmp_path / "copy.db"
    keep(state, 1, 2)
    brinell("backup", "--no-recordings", copy, state=state)
    assert not (tmp_path / "copy.db.recordings").exists()
    keep(state, 3)
    assert "2 signals" in brinell("restore", "--force", copy, state=state)
    keep(state)
    assert kept(state / "recordings") == {1, 2}
    [aside] = state.glob("recordings.replaced-*")
    assert kept(aside) == {1, 2, 3}
    shutil.rmtree(aside)
    keep(state)
    assert kept(state / "recordings") == {1, 2}
