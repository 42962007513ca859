"""What the documents point at exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])

LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
ELSEWHERE = re.compile(r"[a-z]+:")
PATH = re.compile(r"`((?:data|models|service|training|tests|docker|benchmarks|docs)/[^`\s]*)")
PLACEHOLDER = re.compile(r"NAME|[<{*]")


def named(document: Path) -> set[Path]:
    """What its relative links lead to, and the paths in backticks that stand for one file or folder."""
    text = document.read_text(encoding="utf-8")
    links = {document.parent / link for link in LINK.findall(text) if not ELSEWHERE.match(link)}
    return links | {ROOT / path for path in PATH.findall(text) if not PLACEHOLDER.search(path)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_every_path_leads_to_something_in_the_checkout(document: Path) -> None:
    assert [str(path) for path in sorted(named(document)) if not path.exists()] == []


def test_links_paths_and_placeholders_are_told_apart(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(
        "[a](there.md) [b](up/there.md#part) [c](#here) [d](https://example.org/e.md) ![](f.png)\n"
        "`data/one.py` `docker/run.sh with words` `data/NAME.py` `docs/<suite>` `tests/*.py` `elsewhere/two.py`\n"
    )
    links = {tmp_path / name for name in ("there.md", "up/there.md", "f.png")}
    assert named(document) == links | {ROOT / "data/one.py", ROOT / "docker/run.sh"}
