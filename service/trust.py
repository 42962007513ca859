"""Whose bundles may answer: the policy on signatures."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.bundle import Bundle, BundleError
from models.signing import SigningError, read_keys, signer

logger = logging.getLogger(__name__)

Policy = Literal["off", "warn", "require"]


class Untrusted(BundleError):
    """The policy wants a signature by a trusted key, and the bundle has none."""


@dataclass(frozen=True)
class Trust:
    """What is asked of a bundle's signature.

    Attributes:
        policy: `off` looks at none; `warn` says what is wrong and lets it answer; `require` refuses the bundle.
        keys: a file or a folder of public keys; read anew each time, so that a key that is taken away counts no more.
    """

    policy: Policy = "off"
    keys: Path | None = None

    def judge(self, bundle: Bundle) -> str | None:
        """What is to be said about the signature; None where none is looked at.

        Raises:
            Untrusted: `require`, and no trusted key signed it.
            SigningError: a trusted key cannot be read.
        """
        if self.policy == "off":
            return None
        keys = {} if self.keys is None else read_keys(self.keys)
        try:
            return f"signed by {signer(bundle, keys)}"
        except SigningError as error:
            if self.policy == "require":
                raise Untrusted(bundle.folder, str(error)) from None
            logger.warning("bundle %s: %s", bundle.identity, error)
            return str(error)
