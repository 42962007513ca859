"""A retrained bundle goes to a running service and answers there."""

import io
import tarfile
from pathlib import Path

from models.bundle import Bundle
from training.retraining.case import RetrainingError

SECONDS = 300.0


def activate(bundle: Bundle, url: str, key: Path | None) -> None:
    """Pushes it, where the service has it not yet, and lets it answer.

    Args:
        bundle: to be pushed whole, with its signature if it has one.
        url: of the service.
        key: a file that holds an API key with the scope `admin`.

    Raises:
        RetrainingError: the service cannot be reached, or refuses; what it said.
    """
    import httpx2

    headers = {} if key is None else {"Authorization": f"Bearer {_read(key)}"}
    name, manifest = bundle.manifest.name, bundle.manifest
    try:
        with httpx2.Client(base_url=url, headers=headers, timeout=SECONDS) as client:
            tar = {"Content-Type": "application/x-tar"}
            pushed = client.post("/v1/models", content=_packed(bundle.folder), headers=tar)
            # Pushed already by a run that was killed before it was activated: the service never replaces a version.
            if pushed.status_code != 409:
                _accepted(pushed, "push")
            _accepted(client.post(f"/v1/models/{name}/activate", json={"version": manifest.version}), "activate")
    except httpx2.HTTPError as error:
        raise RetrainingError(f"{url} cannot be reached: {error}; the bundle is at {bundle.folder}") from error


def _accepted(answer: "object", what: str) -> None:
    import httpx2

    assert isinstance(answer, httpx2.Response)
    if answer.is_error:
        raise RetrainingError(f"the service refused to {what} it ({answer.status_code}): {answer.text[:500]}")


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
