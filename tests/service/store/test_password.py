"""The password of a PostgreSQL store, from a file as containers get their secrets."""

from pathlib import Path

import pytest

from service.settings import Settings, SettingsError
from service.store.location import postgresql

PASSWORD = "p@ss/w:ord%"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\nnot this line\n")
    return path


def test_it_is_the_first_line_of_its_file_whatever_stands_there_and_is_not_shown(file: Path) -> None:
    settings = Settings.read(store="postgresql://brinell@db/plant", store_password_file=file)
    assert settings.store is not None
    url = postgresql(settings.store)
    assert url is not None
    assert (url.username, url.password, url.host, url.database) == ("brinell", PASSWORD, "db", "plant")
    shown = "\n".join(settings.shown())
    assert "brinell:***@db" in shown
    assert "ss%2Fw" not in shown


@pytest.mark.parametrize("store", [None, "none", "plant.db", "postgresql://db/plant", "postgresql://me:known@db/plant"])
def test_it_is_refused_where_no_url_waits_for_it(file: Path, store: str | None) -> None:
    with pytest.raises(SettingsError, match="postgresql://USER@HOST"):
        Settings.read(store=store, store_password_file=file)
