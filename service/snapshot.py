"""What answers at one moment, and what each version in the folder does then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.bundle import Bundle


@dataclass(frozen=True)
class Snapshot:
    """What answers at one moment.

    Attributes:
        bundles: by name, one version of each.
        refused: reason by `name/version`.
        signatures: what is to be said about the signature, by `name/version`; empty where none is looked at.
        challenger: answers in the shadow.
    """

    bundles: Mapping[str, Bundle] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    signatures: Mapping[str, str] = field(default_factory=dict)
    challenger: Bundle | None = None

    def kept(self, identity: str) -> Bundle | None:
        """The bundle `name/version`, where it is in memory."""
        held = (*self.bundles.values(), self.challenger)
        return next((bundle for bundle in held if bundle is not None and bundle.identity == identity), None)

    def told(self, name: str, version: str) -> "Version":
        """What a version in the folder does."""
        identity = f"{name}/{version}"
        reason, signature = self.refused.get(identity), self.signatures.get(identity)
        if name in self.bundles and self.bundles[name].identity == identity:
            return Version(version, State.ACTIVE, reason, signature)
        if self.challenger is not None and self.challenger.identity == identity:
            return Version(version, State.CHALLENGER, reason, signature)
        return Version(version, State.REFUSED if reason else State.AVAILABLE, reason, signature)


class State(StrEnum):
    """What a version in the folder does."""

    ACTIVE = "active"
    CHALLENGER = "challenger"
    REFUSED = "refused"
    AVAILABLE = "available"


@dataclass(frozen=True)
class Version:
    """A version in the folder.

    Attributes:
        reason: what is wrong with it.
        signature: what is to be said about that.
        sha256: of its manifest, and so of all its files; not there where it cannot be read.
    """

    version: str
    state: State
    reason: str | None = None
    signature: str | None = None
    sha256: str | None = None
