"""What a bundle had seen of what it was tested on, as its manifest tells."""

from dataclasses import dataclass

from models.manifest import Manifest
from training.spans import SIMULATED

BEARINGS_APART = "by-bearing"
WINDOWS_APART = "random-window"


@dataclass(frozen=True)
class Seen:
    """Names of rigs, in the manifest's order; simulated machines are one of those `trained` on.

    Attributes:
        protocol: of each source, as the manifest words it.
    """

    trained: tuple[str, ...]
    tested: tuple[str, ...]
    protocol: str

    @classmethod
    def by(cls, manifest: Manifest) -> "Seen":
        """As the manifest says."""
        trained = tuple(each.dataset for each in manifest.training_data)
        return cls(trained, tuple(dict.fromkeys(figure.rig for figure in manifest.figures)), manifest.protocol)

    @property
    def simulated_alone(self) -> bool:
        """No real recording trained it."""
        return self.trained == (SIMULATED,)

    @property
    def machines_apart(self) -> bool:
        """No rig that was tested took part in training."""
        return not set(self.trained) & set(self.tested)

    @property
    def bearings_apart(self) -> bool:
        """CWRU's faulty bearings that were tested took no part in training, though their rig did."""
        return BEARINGS_APART in self.protocol and not self.machines_apart

    @property
    def windows_apart(self) -> bool:
        """Nothing but windows was kept apart: what was tested lies amid what trained it."""
        return WINDOWS_APART in self.protocol and not self.machines_apart
