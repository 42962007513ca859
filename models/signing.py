"""Ed25519 signatures (RFC 8032): who made a bundle or an export, where checksums only say that no byte has changed.

    make_keys(Path("plant"))                      # plant.key, which only its owner reads, and plant.pub
    sign_bundle(folder, Path("plant.key"))        # writes folder/signature.json
    signer(Bundle.load(folder), read_keys(Path("plant.pub")))    # "plant"

A signature is over the bytes of the manifest, which holds the sha256 of every other file. Keys are PEM files, as
openssl makes and reads them.
"""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.errors import BrinellError
from data.exported.reader import Export
from models.bundle import Bundle

if TYPE_CHECKING:  # cryptography costs time to import, and most runs sign nothing
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE = "signature.json"
BUNDLE_MANIFEST = b"brinell: manifest of a bundle\n"
EXPORT_MANIFEST = b"brinell: manifest of an export\n"
"""Stands before what is signed, so that a signature says what it is of and fits nothing else."""
LARGEST_FILE = 16_384
OTHERS = 0o077


class SigningError(BrinellError):
    """A key cannot be made or read, or a signature is missing, not right, or by nobody that is trusted."""


class Signature(BaseModel):
    """What `signature.json` holds; `key` names the public key by the first 64 bits of its sha256."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    algorithm: Literal["ed25519"] = "ed25519"
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    signature: Annotated[str, Field(description="64 bytes, base64.", max_length=88)]


def make_keys(name: Path) -> tuple[Path, Path]:
    """Writes a new pair, `name.key` (private, mode 0600) and `name.pub`; existing files are never overwritten.

    Raises:
        SigningError: one of them exists, or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    paths = name.with_name(f"{name.name}.key"), name.with_name(f"{name.name}.pub")
    for path in paths:
        if path.exists():
            raise SigningError(f"{path} exists, and a key is never overwritten")
    for path, content, mode in zip(paths, (private, public), (0o600, 0o644), strict=True):
        _write_new(path, content, mode)
    return paths


def sign_bundle(folder: Path, key: Path) -> Path:
    """Writes `signature.json` beside the manifest of a whole bundle, in place of an older one; returns its path.

    Raises:
        BundleError: the bundle is not whole.
        SigningError: the key cannot be read, or others can read it too.
    """
    bundle = Bundle.load(folder)
    content = sign(BUNDLE_MANIFEST + bundle.written, key).model_dump_json(indent=1) + "\n"
    path = folder / SIGNATURE
    fresh = path.with_name(f".{SIGNATURE}.{secrets.token_hex(4)}")
    _write_new(fresh, content.encode(), 0o644)
    fresh.replace(path)
    return path


def signer(bundle: Bundle, keys: Mapping[str, "TrustedKey"]) -> str:
    """The name of the trusted key that signed the bundle.

    Raises:
        SigningError: nobody signed it, or nobody of `keys`, or the signature is not of this manifest.
    """
    path = bundle.folder / SIGNATURE
    if not path.exists():
        raise SigningError("it is not signed")
    return verify(BUNDLE_MANIFEST + bundle.written, _read_signature(_read(path)), keys)


def export_signer(export: Export, keys: Mapping[str, "TrustedKey"]) -> str:
    """The name of the trusted key that signed the export: its manifest, which holds the sha256 of all its lines.

    Raises:
        SigningError: nobody signed it, or nobody of `keys`, or the signature is not of this manifest.
    """
    if export.signature is None:
        raise SigningError("it is not signed")
    return verify(EXPORT_MANIFEST + export.signed, _read_signature(export.signature), keys)


def sign(content: bytes, key: Path) -> Signature:
    """A signature over `content`.

    Raises:
        SigningError: the key cannot be read, or others can read it too.
    """
    private = _private(key)
    signature = base64.b64encode(private.sign(content)).decode()
    return Signature(key=_name(private.public_key()), signature=signature)


class TrustedKey:
    """A public key that is trusted, by the name of its file without its ending."""

    def __init__(self, name: str, key: "Ed25519PublicKey") -> None:
        self.name = name
        self.key = key


def verify(content: bytes, signature: Signature, keys: Mapping[str, TrustedKey]) -> str:
    """The name of the trusted key that made `signature` over `content`.

    Raises:
        SigningError: no key of `keys` made it, or it is over something else.
    """
    from cryptography.exceptions import InvalidSignature

    trusted = keys.get(signature.key)
    if trusted is None:
        raise SigningError(f"it is signed with {signature.key}, a key that is not trusted")
    try:
        trusted.key.verify(base64.b64decode(signature.signature, validate=True), content)
    except (InvalidSignature, binascii.Error):
        raise SigningError(f"its signature is not one that {trusted.name} made of it") from None
    return trusted.name


def read_keys(path: Path) -> Mapping[str, TrustedKey]:
    """Public keys by their names in signatures: of one file, or of every `*.pub` in a folder.

    Raises:
        SigningError: there is none, or one of them cannot be read: better than to go on without it.
    """
    files = sorted(path.glob("*.pub")) if path.is_dir() else [path]
    if not files:
        raise SigningError(f"{path}: no public key (*.pub) in it")
    found = {}
    for file in files:
        key = _public(file)
        found[_name(key)] = TrustedKey(file.stem, key)
    return found


def _read_signature(content: bytes) -> Signature:
    try:
        return Signature.model_validate_json(content)
    except ValidationError:
        raise SigningError(f"{SIGNATURE} holds no signature") from None


def _private(path: Path) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _read(path)
    if path.stat().st_mode & OTHERS:
        raise SigningError(f"{path} can be read by others: chmod 600 {path}")
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise SigningError(f"{path} is no private key in PEM without a password: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningError(f"{path} is no Ed25519 key")
    return key


def _public(path: Path) -> "Ed25519PublicKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm):
        raise SigningError(f"{path} is no public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise SigningError(f"{path} is no Ed25519 key")
    return key


def _name(key: "Ed25519PublicKey") -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise SigningError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST_FILE:
        raise SigningError(f"{path} is larger than a key or a signature is")
    return content


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise SigningError(f"{path} cannot be written: {error.strerror}") from None
