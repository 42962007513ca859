"""Which bundle answers: the most informed one that the recording allows, or the one asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from data.errors import NotApplicable
from data.recording import Recording
from data.steps import step
from data.windows import Windows
from models.bundle import Bundle
from service.registry import NoSuchBundle

PREFERENCE = ("aligned", "order", "time")
"""Front ends, the most informed first."""

NEEDS: Mapping[str, tuple[str, ...]] = {"aligned": ("speed_rpm", "orders"), "order": ("speed_rpm",), "time": ()}
"""What of a recording must be known for a front end; where it is not, its not applying is no news."""

WHY = {
    "aligned": "speed and bearing are known",
    "order": "the shaft speed is known",
    "time": "no shaft speed is known",
}
BLOCK_SAMPLES = 1 << 20
BLOCK_TURNS = 100
"""A block holds many windows, however slowly the shaft turns: one is lost at each block's end."""


@dataclass(frozen=True, eq=False)
class Choice:
    """The bundle, the recording in its windows, and why this one; no bundle where none applies."""

    reason: str
    bundle: Bundle | None = None
    windows: Windows | None = None


def choose(recording: Recording, bundles: Mapping[str, Bundle], wanted: str | None = None) -> Choice:
    """Reads the recording with the first front end that applies.

    Args:
        wanted: `name` or `name/version` of the bundle to take, whatever is known.

    Raises:
        NoSuchBundle: `wanted` is not loaded.
    """
    reasons: list[str] = []
    news: list[str] = []
    for bundle in _candidates(bundles, wanted):
        kind = bundle.manifest.front_end.kind
        try:
            windows = in_blocks(bundle, recording)
        except NotApplicable as error:
            reasons.append(f"{kind}: {error}")
            if all(getattr(recording, needed) is not None for needed in NEEDS[kind]):
                news.append(reasons[-1])
            continue
        if wanted is not None:
            return Choice(f"{kind}: bundle {wanted} was asked for", bundle, windows)
        why = WHY[kind] if not news else f"the more informed front end does not apply ({'; '.join(news)})"
        return Choice(f"{kind}: {why}", bundle, windows)
    return Choice("; ".join(reasons) or "no bundle is loaded")


def in_blocks(bundle: Bundle, recording: Recording) -> Windows:
    """All windows of a recording, read in blocks so that memory does not grow with its length.

    Raises:
        NotApplicable: the bundle's front end does not apply.
    """
    longest = BLOCK_SAMPLES
    if recording.shaft_hz is not None:
        longest = max(longest, round(BLOCK_TURNS / recording.shaft_hz * recording.rate_hz))
    count = -(-recording.samples.size // longest)
    edges = np.linspace(0, recording.samples.size, count + 1).round().astype(int)
    parts = []
    for first, last in pairwise(edges):
        step()
        block = replace(recording, samples=recording.samples[first:last])
        parts.append(bundle.manifest.front_end.windows(block))
    starts = [part.starts_s + first / recording.rate_hz for part, first in zip(parts, edges[:-1], strict=True)]
    return Windows(np.concatenate([part.values for part in parts]), np.concatenate(starts), parts[0].seconds)


def _candidates(bundles: Mapping[str, Bundle], wanted: str | None) -> list[Bundle]:
    if wanted is not None:
        found = [bundle for bundle in bundles.values() if wanted in (bundle.manifest.name, bundle.identity)]
        if not found:
            loaded = ", ".join(bundle.identity for bundle in bundles.values()) or "none"
            raise NoSuchBundle(f"{wanted} is not loaded; loaded: {loaded}")
        return found
    return sorted(bundles.values(), key=lambda bundle: PREFERENCE.index(bundle.manifest.front_end.kind))
