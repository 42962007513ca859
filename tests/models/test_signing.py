"""A signature says who made a bundle: only the very manifest that was signed passes, and only by a trusted key."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from models.bundle import PRETRAINED, Bundle, BundleError
from models.signing import BUNDLE_MANIFEST, SIGNATURE, SigningError, make_keys, read_keys, sign_bundle, signer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PRETRAINED / "aligned" / "1.0.0", tmp_path / "aligned" / "1.0.0"))


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    return make_keys(tmp_path / "plant")


def test_a_signed_bundle_names_its_signer(folder: Path, keys: tuple[Path, Path]) -> None:
    sign_bundle(folder, keys[0])
    assert signer(Bundle.load(folder), read_keys(keys[1])) == "plant"


def test_the_private_key_is_for_its_owner_alone_and_no_key_is_overwritten(tmp_path: Path) -> None:
    private, public = make_keys(tmp_path / "plant")
    assert private.stat().st_mode & 0o777 == 0o600
    before = private.read_bytes(), public.read_bytes()
    with pytest.raises(SigningError, match="never overwritten"):
        make_keys(tmp_path / "plant")
    private.unlink()
    with pytest.raises(SigningError, match=r"plant\.pub exists"):
        make_keys(tmp_path / "plant")
    assert not private.exists()
    assert public.read_bytes() == before[1]


def test_a_private_key_that_others_can_read_signs_nothing(folder: Path, keys: tuple[Path, Path]) -> None:
    keys[0].chmod(0o640)
    with pytest.raises(SigningError, match="chmod 600"):
        sign_bundle(folder, keys[0])
    assert not (folder / SIGNATURE).exists()


def test_every_single_changed_byte_of_a_signed_manifest_is_noticed(folder: Path, keys: tuple[Path, Path]) -> None:
    sign_bundle(folder, keys[0])
    trusted = read_keys(keys[1])
    manifest = folder / "manifest.json"
    whole = manifest.read_bytes()
    tried = 0
    for place in range(0, len(whole), 97):
        changed = bytearray(whole)
        changed[place] ^= 1
        manifest.write_bytes(changed)
        with pytest.raises((SigningError, BundleError)):
            signer(Bundle.load(folder), trusted)
        tried += 1
    assert tried > 100
    manifest.write_bytes(whole + b" ")  # the same manifest, but not the same bytes
    with pytest.raises(SigningError, match="not one that plant made"):
        signer(Bundle.load(folder), trusted)


def test_a_signature_by_another_key_of_that_name_does_not_pass(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "theirs").mkdir()
    _, mine = make_keys(tmp_path / "mine" / "plant")
    theirs, _ = make_keys(tmp_path / "theirs" / "plant")
    path = sign_bundle(folder, theirs)
    with pytest.raises(SigningError, match="a key that is not trusted"):
        signer(Bundle.load(folder), read_keys(mine))
    # It may claim to be of the trusted key; that does not make it one.
    [claimed] = read_keys(mine)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"key": claimed}))
    with pytest.raises(SigningError, match="not one that plant made"):
        signer(Bundle.load(folder), read_keys(mine))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"{" * 9000, b" " * 20_000, b'{"key":"0"}'])
def test_what_is_no_signature_is_told(folder: Path, keys: tuple[Path, Path], content: bytes) -> None:
    (folder / SIGNATURE).write_bytes(content)
    with pytest.raises(SigningError):
        signer(Bundle.load(folder), read_keys(keys[1]))


def test_an_unsigned_bundle_is_told(folder: Path, keys: tuple[Path, Path]) -> None:
    with pytest.raises(SigningError, match="not signed"):
        signer(Bundle.load(folder), read_keys(keys[1]))


def test_a_folder_of_keys_trusts_each_of_them(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    for name in ("plant", "maker"):
        private, public = make_keys(tmp_path / name)
        public.rename(tmp_path / "keys" / public.name)
        sign_bundle(folder, private)
        assert signer(Bundle.load(folder), read_keys(tmp_path / "keys")) == name


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_a_folder_with_a_key_that_cannot_be_read_is_no_folder_of_keys(keys: tuple[Path, Path], content: bytes) -> None:
    (keys[1].parent / "broken.pub").write_bytes(content)
    with pytest.raises(SigningError, match=r"broken\.pub"):
        read_keys(keys[1].parent)


def test_a_key_of_another_kind_is_told(tmp_path: Path, folder: Path) -> None:
    words = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(tmp_path / "ec.key")]
    subprocess.run(words, check=True, capture_output=True)
    (tmp_path / "ec.key").chmod(0o600)
    with pytest.raises(SigningError, match="no Ed25519 key"):
        sign_bundle(folder, tmp_path / "ec.key")


def test_a_damaged_bundle_is_not_signed(folder: Path, keys: tuple[Path, Path]) -> None:
    (folder / "LICENSE").write_text("none")
    with pytest.raises(BundleError, match="LICENSE"):
        sign_bundle(folder, keys[0])


def test_openssl_makes_the_keys_and_checks_the_signature(folder: Path, tmp_path: Path) -> None:
    import base64

    private, public, signed, signature = (tmp_path / name for name in ("o.key", "o.pub", "signed", "signature"))
    private.touch(0o600)
    for words in (
        ["genpkey", "-algorithm", "ed25519", "-out", private],
        ["pkey", "-in", private, "-pubout", "-out", public],
    ):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
    private.chmod(0o600)
    path = sign_bundle(folder, private)
    assert signer(Bundle.load(folder), read_keys(public)) == "o"
    signed.write_bytes(BUNDLE_MANIFEST + (folder / "manifest.json").read_bytes())
    signature.write_bytes(base64.b64decode(json.loads(path.read_text())["signature"]))
    words = ["pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", signed, "-sigfile", signature]
    told = subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, text=True)
    assert "Verified Successfully" in told.stdout
