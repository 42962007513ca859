"""An archive gives a bundle's files or nothing: it names no place, makes no link, and grows by nothing."""

import io
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.bundle import PRETRAINED, Bundle
from service.archive import MOST_MEMBERS, ArchiveError, unpack
from tests.service.versions import tarred

SHIPPED = PRETRAINED / "aligned" / "1.0.0"


def unpacked(archive: bytes, tmp_path: Path) -> Path:
    (tmp_path / "bundle.tar").write_bytes(archive)
    into = tmp_path / "in" / "bundle"
    shutil.rmtree(into.parent, ignore_errors=True)
    into.parent.mkdir()
    unpack(tmp_path / "bundle.tar", into)
    return into


def with_member(add: Callable[[tarfile.TarFile], None]) -> bytes:
    """A good archive, and one more thing in it."""
    packed = io.BytesIO(tarred(SHIPPED))
    with tarfile.open(fileobj=packed, mode="a") as tar:
        add(tar)
    return packed.getvalue()


def file(name: str, content: bytes = b"x") -> Callable[[tarfile.TarFile], None]:
    def add(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))

    return add


def special(name: str, kind: bytes, target: str = "") -> Callable[[tarfile.TarFile], None]:
    def add(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        tar.addfile(member)

    return add


@pytest.mark.parametrize("within", [".", "1.0.0", "aligned/1.0.0", "./a/b"])
def test_a_packed_bundle_comes_out_byte_for_byte(tmp_path: Path, within: str) -> None:
    into = unpacked(tarred(SHIPPED, within), tmp_path)
    assert {path.name: path.read_bytes() for path in into.iterdir()} == {
        path.name: path.read_bytes() for path in SHIPPED.iterdir()
    }
    assert Bundle.load(into).identity == "aligned/1.0.0"


@pytest.mark.parametrize("kind", [tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT])
def test_every_kind_of_tar_is_read(tmp_path: Path, kind: int) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=kind) as tar:
        tar.add(SHIPPED, ".")
    assert Bundle.load(unpacked(packed.getvalue(), tmp_path)).identity == "aligned/1.0.0"


@pytest.mark.parametrize(
    ("add", "reason"),
    [
        (file("../escaped"), "'../escaped', which the manifest does not list"),
        (file("/tmp/escaped"), "which the manifest does not list"),
        (file("sub/../../escaped"), "which the manifest does not list"),
        (file("extra.txt"), "'extra.txt', which the manifest does not list"),
        (file("sub/model.onnx"), "which the manifest does not list"),
        (file("model.onnx"), "model.onnx twice"),
        (file("sub/manifest.json"), "2 files manifest.json"),
        (special("sub", tarfile.DIRTYPE), "'sub', which the manifest does not list"),
        (special("signature.json", tarfile.SYMTYPE, "/etc/passwd"), "is no plain file"),
        (special("signature.json", tarfile.LNKTYPE, "model.onnx"), "is no plain file"),
        (special("signature.json", tarfile.FIFOTYPE), "is no plain file"),
        (special("signature.json", tarfile.CHRTYPE), "is no plain file"),
    ],
)
def test_what_is_no_file_of_the_bundle_stops_the_whole(
    tmp_path: Path, add: Callable[[tarfile.TarFile], None], reason: str
) -> None:
    with pytest.raises(ArchiveError) as refused:
        unpacked(with_member(add), tmp_path)
    assert reason in str(refused.value)
    assert list((tmp_path / "in").iterdir()) == []
    assert not (tmp_path / "escaped").exists()


def test_a_file_with_holes_that_is_larger_than_what_came_is_refused(tmp_path: Path) -> None:
    holes = tmp_path / "signature.json"
    with holes.open("wb") as sparse:
        sparse.truncate(1 << 40)
    archive = tmp_path / "holes.tar"
    shutil.copytree(SHIPPED, tmp_path / "bundle")
    holes.rename(tmp_path / "bundle" / "signature.json")
    subprocess.run(["tar", "--sparse", "-cf", archive, "-C", tmp_path / "bundle", "."], check=True)
    assert archive.stat().st_size < 2 << 20
    with pytest.raises(ArchiveError, match="no plain file"):
        unpacked(archive.read_bytes(), tmp_path)


def test_more_files_than_any_bundle_has_are_not_even_listed(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for number in range(MOST_MEMBERS + 1):
            file(str(number), b"")(tar)
    with pytest.raises(ArchiveError, match="more than 256 files"):
        unpacked(packed.getvalue(), tmp_path)


def test_a_thousand_headers_before_a_file_are_no_way_in(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 0
    with pytest.raises(ArchiveError):
        unpacked(header.tobuf() * 5000, tmp_path)


@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.95])
def test_an_archive_that_was_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    whole = tarred(SHIPPED)
    with pytest.raises(ArchiveError):
        unpacked(whole[: int(share * len(whole))], tmp_path)


@given(st.binary(max_size=2000) | st.lists(st.binary(min_size=512, max_size=512), max_size=4).map(b"".join))
@settings(max_examples=300, database=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_are_refused_as_no_archive(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ArchiveError):
        unpacked(content, tmp_path)


WHOLE = tarred(SHIPPED)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=40))
@settings(max_examples=300, database=None, suppress_health_check=list(HealthCheck))
def test_a_changed_archive_gives_listed_files_or_nothing(tmp_path: Path, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(WHOLE)
    for place, value in changes:
        changed[place % 40_000] = value  # among the first headers, and the manifest
    try:
        into = unpacked(bytes(changed), tmp_path)
    except ArchiveError:
        assert list((tmp_path / "in").iterdir()) == []
        return
    assert all(path.is_file() and not path.is_symlink() for path in into.iterdir())
