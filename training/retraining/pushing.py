"""A retrained bundle goes to a running service and answers there, in place of its parent."""

import io
import shlex
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from models.bundle import Bundle
from models.parent import parent_of
from training.retraining.case import RetrainingError

if TYPE_CHECKING:
    from httpx2 import Client, Response

SECONDS = 300.0
TAR = {"Content-Type": "application/x-tar"}
NO_TAR = 422
THERE_ALREADY = 409

Versions = dict[str, dict[str, str]]
"""What the service says of each version of a bundle, by its number."""


def ready(champion: Bundle, url: str, key: Path | None) -> Versions:
    """Asks the service, before anything is trained, whether it will take what comes of it; the versions that it holds.

    A signature that it asks for is asked at the push alone.

    Raises:
        RetrainingError: it cannot be reached, would refuse a bundle, or answers with another one than `champion`.
    """
    with _asking(url, key) as client:
        given = f"{_named(champion.identity, champion.sha256)} is to be retrained"
        there = _answers(client, champion.manifest.name, {champion.sha256}, given)
        # An empty one is no tar archive: whoever is told so may push, into a folder that can be written.
        tried = client.post("/v1/models", content=b"", headers=TAR)
        if tried.status_code != NO_TAR:
            raise _refusal(tried, "take a bundle")
        return there


def activate(bundle: Bundle, url: str, key: Path | None) -> None:
    """Pushes it, where the service has it not yet, and lets it answer.

    Args:
        bundle: to be pushed whole, with its signature if it has one.
        url: of the service.
        key: a file that holds an API key with the scope `admin`.

    Raises:
        RetrainingError: the service cannot be reached, or refuses; what it said. Or another bundle answers there than
            the one that this one was compared with, or another one has its name and version.
    """
    name, version, parent = bundle.manifest.name, bundle.manifest.version, parent_of(bundle)
    compared = "none" if parent is None else _named(parent.bundle, parent.sha256)
    allowed = {bundle.sha256} if parent is None else {bundle.sha256, parent.sha256}
    with _asking(url, key) as client:
        _answers(client, name, allowed, f"{bundle.identity} was compared with {compared}")
        pushed = client.post("/v1/models", content=_packed(bundle.folder), headers=TAR)
        # Pushed already by a run that was killed before it was activated: the service never replaces a version.
        if pushed.status_code != THERE_ALREADY:
            _accepted(pushed, "take")
        if _versions(client, name)[version]["sha256"] != bundle.sha256:
            raise RetrainingError(f"{url} holds another {bundle.identity} than {bundle.folder}: nothing was activated")
        _accepted(client.post(f"/v1/models/{name}/activate", json={"version": version}), "activate")


def way_back(bundle: Bundle, url: str, key: Path | None) -> str:
    """The one command that lets the version answer again that did before."""
    words = ["curl", "-fsS", "-X", "POST"]
    if key is not None:
        words += ["-H", f'"Authorization: Bearer $(cat {shlex.quote(str(key))})"']
    return " ".join([*words, shlex.quote(f"{url}/v1/models/{bundle.manifest.name}/rollback")])


@contextmanager
def _asking(url: str, key: Path | None) -> "Iterator[Client]":
    import httpx2

    headers = {} if key is None else {"Authorization": f"Bearer {_read(key)}"}
    try:
        with httpx2.Client(base_url=url, headers=headers, timeout=SECONDS) as client:
            yield client
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise RetrainingError(f"{url} cannot be reached, or no service of Brinell's answers there: {error}") from error


def _versions(client: "Client", name: str) -> Versions:
    told = client.get(f"/v1/models/{name}/versions")
    _accepted(told, f"say which {name} answers")
    return {each["version"]: each for each in told.json()["versions"]}


def _answers(client: "Client", name: str, allowed: set[str], compared: str) -> Versions:
    """One of those `allowed` does, by the sha256 of its manifest: what has the same number may be another bundle."""
    there = _versions(client, name)
    active = next((told for told in there.values() if told["state"] == "active"), None)
    if active is None or active["sha256"] not in allowed:
        answers = "no version" if active is None else f"{name}/{active['version']}"
        which = "" if active is None else f" ({active['sha256'][:12]})"
        raise RetrainingError(
            f"{answers} answers at {client.base_url}{which}, and {compared}: retrain from the version in service"
        )
    return there


def _named(identity: str, sha256: str) -> str:
    return f"{identity} ({sha256[:12]})"


def _accepted(answer: "Response", what: str) -> None:
    if answer.is_error:
        raise _refusal(answer, what)


def _refusal(answer: "Response", what: str) -> RetrainingError:
    return RetrainingError(f"the service refused to {what} ({answer.status_code}): {answer.text[:500]}")


def _packed(folder: Path) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name)
    return archive.getvalue()


def _read(key: Path) -> str:
    try:
        return key.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RetrainingError(f"{key} cannot be read: {error}") from error
