"""The bundles that the service answers with: those on disk that are whole, trusted, and right on this processor.

What answers is a `Snapshot` that never changes; every operation checks first, then puts another in its place. A
question is answered to its end by the snapshot that it began with.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from data.errors import BrinellError
from models.bundle import MANIFEST, Bundle, BundleError, check_golden, read_manifest, versions
from models.manifest import Manifest
from service import choices
from service.choices import Choice, sync_folder
from service.snapshot import Snapshot, State, Version
from service.trust import Trust, Untrusted

logger = logging.getLogger(__name__)

CARD = "README.md"
LARGEST_CARD = 256 << 10


class NoSuchBundle(BrinellError):
    """There is no bundle of that name or version, or it is not loaded."""


class NotPossible(BrinellError):
    """There is such a bundle, but nothing of this kind can be done with it now."""


@dataclass
class _Findings:
    """What a look at the folder has found so far."""

    bundles: dict[str, Bundle] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)


class Registry:
    """The bundles in `root/<name>/<version>/`, and which of them answer; safe to use from several threads at once.

    Raises, by any operation that changes something, and then nothing is changed:
        NoSuchBundle: not in the folder.
        BundleError: the version is bad, or not signed as `trust` asks.
        SigningError: a trusted key cannot be read.
        ChoiceError: the choice cannot be read or kept.
    """

    def __init__(self, root: Path, trust: Trust | None = None, challenger: str | None = None) -> None:
        self.root = root
        self.trust = trust or Trust()
        self.snapshot = Snapshot()
        self._challenger = challenger
        self._changing = threading.Lock()

    @classmethod
    def load(cls, root: Path, trust: Trust | None = None, challenger: str | None = None) -> "Registry":
        """A registry that has looked at its folder."""
        registry = cls(root, trust, challenger)
        registry.reload()
        return registry

    @property
    def bundles(self) -> Mapping[str, Bundle]:
        """What answers at this moment, by name. Who needs it twice takes it once, or takes `snapshot`."""
        return self.snapshot.bundles

    @property
    def refused(self) -> Mapping[str, str]:
        """Reason by `name/version`."""
        return self.snapshot.refused

    def reload(self) -> Snapshot:
        """Looks at the folder and at the choices anew.

        Of each bundle answers the chosen version, or where that is bad one from before it; else the newest good one. A
        version that has become bad on disk goes on from memory.
        """
        with self._changing:
            chosen = choices.read(self.root)
            found = _Findings()
            for name in self.names():
                if not chosen.of(name).out:
                    self._look(name, chosen.of(name), found)
            challenger = None if self._challenger is None else self._look_at(self._challenger, found)
            if not found.bundles:
                logger.error("no bundle answers: there is no good one in %s", self.root)
            return self._replace(found, challenger)

    def activate(self, name: str, version: str) -> Snapshot:
        """Lets a version answer in place of the one that does."""
        with self._changing:
            return self._answer_with(name, version, lambda choice: choice.activate(version, self._active(name)))

    def roll_back(self, name: str) -> Snapshot:
        """Lets the version answer that did before; where none is remembered, the next older one in the folder.

        Raises:
            NotPossible: there is none.
        """
        with self._changing:
            version = self.before(name)
            if version is None:
                raise NotPossible(f"{name} has no version from before {self._active(name) or 'now'}")
            return self._answer_with(name, version, lambda choice: choice.roll_back(version))

    def take_out(self, name: str) -> Snapshot:
        """Lets no version of a bundle answer, until `bring_back` or `activate`."""
        with self._changing:
            self._folders(name)
            with choices.changing(self.root) as chosen:
                chosen.about(name).out = True
            bundles = {other: bundle for other, bundle in self.snapshot.bundles.items() if other != name}
            self.snapshot = replace(self.snapshot, bundles=bundles)
            return self.snapshot

    def bring_back(self, name: str) -> Snapshot:
        """Lets the version answer that was chosen, or the newest good one."""
        with self._changing:
            self._folders(name)
            if name in self.snapshot.bundles:
                return self.snapshot
            found = self._findings()
            self._look(name, choices.read(self.root).of(name), found)
            self.snapshot = replace(self.snapshot, refused=found.refused)
            if name not in found.bundles:
                raise BundleError(name, "none of its versions is good")
            with choices.changing(self.root) as chosen:
                chosen.about(name).out = False
            return self._replace(found, self.snapshot.challenger)

    def challenge(self, identity: str | None) -> Snapshot:
        """Lets `name/version` answer in the shadow, until the service ends; None: nobody.

        Raises:
            NotPossible: it answers already.
        """
        with self._changing:
            if identity is None:
                self._challenger = None
                self.snapshot = replace(self.snapshot, challenger=None)
                return self.snapshot
            name, _, version = identity.partition("/")
            if self._active(name) == version:
                raise NotPossible(f"{identity} is what answers")
            found = self._findings()
            challenger = self._good(self._folder(name, version), found)
            self._challenger = identity
            return self._replace(found, challenger)

    def admit(self, bundle: Bundle) -> None:
        """Whether a bundle may come in, before anything of it is run.

        Raises:
            NotPossible: there is this version already.
        """
        if (self.root / bundle.identity).exists():
            raise NotPossible(f"there is {bundle.identity} already, and a version is never changed")
        self.trust.judge(bundle)

    def add(self, staged: Path) -> tuple[str, Version]:
        """Moves a bundle's folder, on the same filesystem as `root`, to its place, if it is good.

        It does not answer by that: what answers now is chosen to go on.

        Raises:
            NotPossible: there is this version already.
        """
        bundle = Bundle.load(staged)
        signature = self._checked(bundle)
        name, version = bundle.manifest.name, bundle.manifest.version
        target = self.root / name / version
        with self._changing:
            self.admit(bundle)
            with choices.changing(self.root) as chosen:
                choice = chosen.about(name)
                choice.version = choice.version or self._active(name)
                choice.out = choice.out or choice.version is None
            target.parent.mkdir(exist_ok=True)
            staged.rename(target)
            sync_folder(target.parent)
            sync_folder(self.root)
        return name, Version(version, State.AVAILABLE, None, signature, bundle.sha256)

    def names(self) -> list[str]:
        """Of the bundles in the folder."""
        if not self.root.is_dir():
            return []
        folders = (path for path in self.root.iterdir() if path.is_dir())
        return sorted(path.name for path in folders if not path.name.startswith("."))

    def versions(self, name: str) -> list[Version]:
        """Every version in the folder, the newest first.

        Raises:
            NoSuchBundle: there is none.
        """
        snapshot = self.snapshot
        return [
            replace(snapshot.told(name, folder.name), sha256=_sha256(folder, snapshot.kept(f"{name}/{folder.name}")))
            for folder in self._folders(name)
        ]

    def described(self, identity: str) -> tuple[Manifest, str | None, str | None]:
        """The manifest of `name/version`, the model card, and what is to be said about the signature.

        Raises:
            NoSuchBundle: not in the folder.
            BundleError: its manifest cannot be read.
        """
        name, _, version = identity.partition("/")
        folder = self._folder(name, version)
        card = folder / CARD
        text = card.read_bytes()[:LARGEST_CARD].decode(errors="replace") if card.is_file() else None
        try:
            written = (folder / MANIFEST).read_bytes()
        except OSError as error:
            raise BundleError(folder, f"{MANIFEST} cannot be read: {error}") from error
        return read_manifest(folder, written), text, self.snapshot.signatures.get(identity)

    def before(self, name: str) -> str | None:
        """The version that `roll_back` would go to."""
        found = [folder.name for folder in self._folders(name)]
        return choices.read(self.root).of(name).earlier(found, self._active(name))

    def _answer_with(self, name: str, version: str, choose: Callable[[Choice], None]) -> Snapshot:
        folder = self._folder(name, version)
        found = self._findings()
        found.bundles[name] = self._good(folder, found)
        with choices.changing(self.root) as chosen:
            choose(chosen.about(name))
        return self._replace(found, self.snapshot.challenger)

    def _replace(self, found: _Findings, challenger: Bundle | None) -> Snapshot:
        if challenger is not None and challenger.identity in {each.identity for each in found.bundles.values()}:
            challenger = self._challenger = None  # it has won
        self.snapshot = Snapshot(dict(sorted(found.bundles.items())), found.refused, found.signatures, challenger)
        return self.snapshot

    def _findings(self) -> _Findings:
        now = self.snapshot
        return _Findings(dict(now.bundles), dict(now.refused), dict(now.signatures))

    def _good(self, folder: Path, found: _Findings) -> Bundle:
        """The bundle; where it is bad, the snapshot says so from now on."""
        identity = f"{folder.parent.name}/{folder.name}"
        try:
            return self._read(folder, found)
        except BundleError as error:
            _refuse(identity, error, found)
            self.snapshot = replace(self.snapshot, refused=found.refused)
            raise

    def _look(self, name: str, choice: Choice, found: _Findings) -> None:
        """The first good one of the versions that may answer, in the order of their right to."""
        for version in choice.in_turn([folder.name for folder in versions(self.root / name)]):
            bundle = self._look_at(f"{name}/{version}", found)
            if bundle is not None:
                found.bundles[name] = bundle
                return

    def _look_at(self, identity: str, found: _Findings) -> Bundle | None:
        name, _, version = identity.partition("/")
        try:
            return self._read(self._folder(name, version), found)
        except NoSuchBundle as error:
            found.refused[identity] = str(error)
            return None
        except BundleError as error:
            _refuse(identity, error, found)
            return None if isinstance(error, Untrusted) else self.snapshot.kept(identity)

    def _read(self, folder: Path, found: _Findings) -> Bundle:
        bundle = Bundle.load(folder)
        identity = f"{folder.parent.name}/{folder.name}"
        if bundle.identity != identity:
            raise BundleError(folder, f"the manifest says {bundle.identity}")
        kept = self.snapshot.kept(identity)
        if kept is not None and kept.written == bundle.written:
            bundle = kept
        signature = self._checked(bundle)
        found.refused.pop(identity, None)
        if signature is not None:
            found.signatures[identity] = signature
        return bundle

    def _checked(self, bundle: Bundle) -> str | None:
        # The signature comes first: nothing of a bundle that is not trusted is run.
        signature = self.trust.judge(bundle)
        check_golden(bundle)
        return signature

    def _folders(self, name: str) -> list[Path]:
        found = versions(self.root / name) if name in self.names() else []
        if not found:
            raise NoSuchBundle(f"there is no bundle {name}; there are {', '.join(self.names()) or 'none'}")
        return found

    def _folder(self, name: str, version: str) -> Path:
        for folder in self._folders(name):
            if folder.name == version:
                return folder
        raise NoSuchBundle(f"there is no version {version} of {name} in the folder")

    def _active(self, name: str) -> str | None:
        bundle = self.snapshot.bundles.get(name)
        return None if bundle is None else bundle.manifest.version


def _sha256(folder: Path, kept: Bundle | None) -> str | None:
    """Of the manifest: what answers may be on disk no more."""
    if kept is not None:
        return kept.sha256
    try:
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        return None


def _refuse(identity: str, error: BundleError, found: _Findings) -> None:
    found.refused[identity] = error.reason
    logger.error("bundle %s is refused: %s", identity, error.reason)
