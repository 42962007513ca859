"""A retrained bundle goes to a running service and answers there, in place of its parent."""

import io
import shlex
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from models.bundle import Bundle
from models.parent import parent_of
from training.retraining.case import RetrainingError

if TYPE_CHECKING:
    from httpx2 import Client, Response

SECONDS = 300.0


def activate(bundle: Bundle, url: str, key: Path | None) -> None:
    """Pushes it, where the service has it not yet, and lets it answer.

    Args:
        bundle: to be pushed whole, with its signature if it has one.
        url: of the service.
        key: a file that holds an API key with the scope `admin`.

    Raises:
        RetrainingError: the service cannot be reached, or refuses; what it said. Or another version answers there than
            the one that this bundle was compared with.
    """
    import httpx2

    headers = {} if key is None else {"Authorization": f"Bearer {_read(key)}"}
    name, manifest = bundle.manifest.name, bundle.manifest
    try:
        with httpx2.Client(base_url=url, headers=headers, timeout=SECONDS) as client:
            _takes_the_place_of_its_parent(client, bundle)
            tar = {"Content-Type": "application/x-tar"}
            pushed = client.post("/v1/models", content=_packed(bundle.folder), headers=tar)
            # Pushed already by a run that was killed before it was activated: the service never replaces a version.
            if pushed.status_code != 409:
                _accepted(pushed, "take")
            _accepted(client.post(f"/v1/models/{name}/activate", json={"version": manifest.version}), "activate")
    except httpx2.HTTPError as error:
        raise RetrainingError(f"{url} cannot be reached: {error}; the bundle is at {bundle.folder}") from error


def way_back(bundle: Bundle, url: str, key: Path | None) -> str:
    """The one command that lets the version answer again that did before."""
    words = ["curl", "-fsS", "-X", "POST"]
    if key is not None:
        words += ["-H", f'"Authorization: Bearer $(cat {shlex.quote(str(key))})"']
    return " ".join([*words, shlex.quote(f"{url}/v1/models/{bundle.manifest.name}/rollback")])


def _takes_the_place_of_its_parent(client: "Client", bundle: Bundle) -> None:
    told = client.get(f"/v1/models/{bundle.manifest.name}/versions")
    _accepted(told, f"say which {bundle.manifest.name} answers")
    answering = {each["version"] for each in told.json()["versions"] if each["state"] == "active"}
    parent = parent_of(bundle)
    allowed = {bundle.manifest.version, *((parent.bundle.rpartition("/")[2],) if parent is not None else ())}
    if not answering & allowed:
        raise RetrainingError(
            f"{bundle.manifest.name}/{', '.join(sorted(answering)) or 'no version'} answers at {client.base_url}, and "
            f"{bundle.identity} was compared with {parent.bundle if parent is not None else 'none'}: retrain from the "
            "version in service"
        )


def _accepted(answer: "Response", what: str) -> None:
    if answer.is_error:
        raise RetrainingError(f"the service refused to {what} ({answer.status_code}): {answer.text[:500]}")


def _packed(folder: Path) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name)
    return archive.getvalue()


def _read(key: Path) -> str:
    try:
        return key.read_text().strip()
    except OSError as error:
        raise RetrainingError(f"{key} cannot be read: {error.strerror}") from error
