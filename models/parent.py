"""Whose child a bundle is: the version whose weights it went on from, in a file that the manifest lists."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.bundle import Bundle
from models.manifest import IDENTITY

PARENT = "parent.json"


class Parent(BaseModel):
    """The bundle whose weights another went on from.

    Attributes:
        sha256: of the parent's manifest, and so of all its files.
        step: how much of the network learned anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bundle: Annotated[str, Field(pattern=IDENTITY)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    step: str


def parent_of(bundle: Bundle) -> Parent | None:
    """What the bundle says; None where it went on from none.

    Raises:
        BundleError: the file is not the one that the manifest lists.
    """
    return Parent.model_validate_json(bundle.content(PARENT)) if PARENT in bundle.manifest.files else None
