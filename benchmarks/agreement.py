"""Whether a competitor computes the same: one that does not is not timed."""

from dataclasses import dataclass

import numpy as np

from benchmarks import kit
from benchmarks.competitors.competitor import Answer
from data.errors import BrinellError


class Disagreement(BrinellError):
    """A competitor answers otherwise than it must; the message says by how much."""


@dataclass(frozen=True)
class Agreement:
    """How near is near enough. A potential on the threshold may fire in one float sum and not in another.

    Attributes:
        file: whose answers count: a network of the kit, in PyTorch.
        same_fault: least share of windows with the same largest logit.
        spikes: greatest difference of all spikes, as a share of them.
        logits: greatest difference of a logit in the middle window, in standard deviations of all logits.
    """

    file: str
    same_fault: float
    spikes: float
    logits: float

    def hold(self, theirs: Answer, wanted: Answer) -> None:
        """Compares two answers to the same windows.

        Raises:
            Disagreement: they are not near enough.
        """
        same_fault = float((theirs.logits.argmax(1) == wanted.logits.argmax(1)).mean())
        total = max(float(wanted.spikes.sum(dtype=np.float64)), 1.0)
        spikes = abs(float(theirs.spikes.sum(dtype=np.float64)) - float(wanted.spikes.sum(dtype=np.float64))) / total
        logits = float(np.median(np.abs(theirs.logits - wanted.logits).max(1)) / wanted.logits.std())
        if not (same_fault >= self.same_fault and spikes <= self.spikes and logits <= self.logits):
            raise Disagreement(
                f"it does not compute the same: the same fault on {same_fault:.1%} of windows (at least "
                f"{self.same_fault:.0%}), spikes {spikes:.2%} off (at most {self.spikes:.1%}), logits {logits:.4f} "
                f"standard deviations off (at most {self.logits:g})"
            )


AGREEMENTS: dict[str, Agreement] = {
    "same": Agreement(kit.NETWORK, same_fault=0.98, spikes=1e-3, logits=1e-3),
    "rounded": Agreement(kit.ROUNDED_NETWORK, same_fault=0.98, spikes=1e-3, logits=1e-3),
    "twin": Agreement(kit.TWIN_NETWORK, same_fault=0.98, spikes=0.0, logits=1e-3),
    "rounded twin": Agreement(kit.TWIN_NETWORK, same_fault=0.9, spikes=0.0, logits=0.2),
}
