"""The page's files: small, kept by browsers, and unable to do more than the page needs."""

import gzip
import re

from starlette.testclient import TestClient

from service.page.files import FOLDER, static_files

LINKED = re.compile(r'(?:src|href)="(/page/[^"]+)"')
IMPORTED = re.compile(r'^import .* from "\./([^"]+)";', re.MULTILINE)


def test_the_front_door_is_the_page(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get("/", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_file_that_the_page_names_is_there_for_ever(client: TestClient) -> None:
    linked = LINKED.findall(client.get("/").text)
    assert len(linked) > 8
    for path in linked:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def needed(name: str) -> set[str]:
    """The module, and all that it imports."""
    return {name}.union(*(needed(each) for each in IMPORTED.findall((FOLDER / name).read_text())))


def test_every_module_of_the_first_page_is_fetched_before_it_is_asked_for_and_no_other() -> None:
    first = needed("main.js") | needed("form.js")
    others = {path.name for path in FOLDER.glob("*.js")} - first
    index = (FOLDER / "index.html").read_text()
    assert {name for name in first if f'/{name}"' not in index} == set()
    assert {name for name in others if f'/{name}"' in index} == set()
    assert {"assets.js", "models.js", "system.js"} <= others


def test_files_of_another_version_are_not_mixed_in(client: TestClient) -> None:
    assert client.get("/page/0000/main.js").status_code == 404
    assert client.get(f"/page/{static_files().version}/../files.py").status_code == 404
    assert client.get(f"/page/{static_files().version}/none.js").json()["field"] == "path"


def test_files_come_in_gzip_to_who_reads_it(client: TestClient) -> None:
    path = f"/page/{static_files().version}/style.css"
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert "content-encoding" not in plain.headers
    for refused in ("gzip;q=0", "br, GZIP ; q=0.000, *", "x-gzip", "gzip; q=0.0 ; x=1"):
        assert "content-encoding" not in client.get(path, headers={"Accept-Encoding": refused}).headers
    for taken in ("gzip;q=0.5", "br;q=0, gzip", "gzip ;q=1.0, br;q=0", "x-gzip;q=0, GZIP"):
        assert client.get(path, headers={"Accept-Encoding": taken}).headers["content-encoding"] == "gzip"
    assert packed.content == plain.content == gzip.decompress(static_files().files["style.css"].packed)


def test_the_page_runs_its_own_scripts_alone(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    index = (FOLDER / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)|\bon\w+=|style=|https?://", index) == []


def test_the_plotting_library_comes_with_its_licence() -> None:
    assert "The MIT License" in (FOLDER / "uplot" / "LICENSE.txt").read_text()


def test_bearings_are_searched_as_people_write_them(client: TestClient) -> None:
    def found(text: str) -> list[str]:
        return [each["designation"] for each in client.get("/v1/bearings", params={"search": text}).json()]

    assert found("skf 6205 2rs") == found("6205-2RS") == ["6205-2RS JEM"]
    assert found("205") == ["6205-2RS JEM", "N205", "NU205"]
    assert len(found("")) > 5
    assert found("no such thing") == []
    [one] = client.get("/v1/bearings", params={"search": "6205"}).json()
    assert one["bpfo"] == 9 / 2 * (1 - 0.3126 / 1.537)
    assert client.get("/v1/bearings", params={"search": "6" * 81}).json()["field"] == "search"
