"""What configurations are compared on: some splits of a protocol."""

from dataclasses import dataclass

from data.protocols import Split
from training.suites.recordings import splits_of


@dataclass(frozen=True)
class Problem:
    """Splits of a protocol on a dataset.

    Attributes:
        name: of the file of raw results.
        names: of the splits.
        unmoved: groups of variants that change nothing of what is read here, and are not measured.
    """

    name: str
    protocol: str
    dataset: str
    names: tuple[str, ...]
    unmoved: tuple[str, ...] = ()

    def splits(self) -> tuple[Split, ...]:
        """In the order of the names; raises KeyError where the protocol has none of a name."""
        named = {split.name: split for split in splits_of(self.dataset, self.protocol)}
        return tuple(named[name] for name in self.names)


BEARINGS = Problem(
    "bearings",
    "by-bearing",
    "cwru",
    (
        "0.007 in left out, 0.014 in validates",
        "0.014 in left out, 0.021 in validates",
        "0.021 in left out, 0.007 in validates",
    ),
    # At 12 kHz the lowest band is the only one that there is.
    unmoved=("bands",),
)
"""Three of CWRU's inner splits, in which another bearing validates: each diameter trains, validates and is tested once.
"""
