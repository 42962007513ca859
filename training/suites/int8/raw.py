"""What is kept of a cell: how two forms of one network read the same windows."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, PlainSerializer

from models.energy import PROFILES, account
from models.layers import Layer, counted
from models.verdict import UnknownCheck
from training.calibration import UNKNOWN_MARGIN
from training.judging import Judged

Fine = Annotated[float, PlainSerializer(lambda value: float(f"{value:.7g}"), when_used="json")]
"""Fine enough for differences of a hundredth of a percent."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spent(_Kept):
    """nJ of one graph run."""

    paper: Fine
    full: Fine


class Form(_Kept):
    """One form of the network on the test part.

    Attributes:
        right: windows.
        spikes: over all runs, by spike train; of a ReLU twin none.
        energy: by profile, from this form's own spikes.
    """

    right: int
    spikes: dict[str, int]
    synops: int
    energy: dict[str, Spent]

    @property
    def all_spikes(self) -> int:
        """Over all spike trains."""
        return sum(self.spikes.values())


class Raw(_Kept):
    """One cell's result.

    Attributes:
        windows, recordings: tested. runs: of the graph, windows times the bands that each recording has.
        lost, gained: windows that float32 alone reads right, that int8 alone does.
        otherwise: windows of which the two name different faults.
        recordings_otherwise, known_otherwise: recordings, `rig/name`, of which the two name different faults, and those
            that pass the unknown-check in one form alone.
    """

    row: str
    protocol: str
    dataset: str
    split: str
    seed: int
    windows: int
    runs: int
    recordings: int
    lost: int
    gained: int
    otherwise: int
    recordings_otherwise: tuple[str, ...]
    known_otherwise: tuple[str, ...]
    float32: Form
    int8: Form

    @property
    def points(self) -> float:
        """Windows that int8 reads right more than float32, in points."""
        return 100 * (self.int8.right - self.float32.right) / self.windows

    @property
    def step(self) -> float:
        """Points that one window is worth."""
        return 100 / self.windows


def compared(
    place: dict[str, str | int],
    float32: Sequence[Judged],
    int8: Sequence[Judged],
    layers: tuple[Layer, ...],
    unknown: UnknownCheck,
) -> Raw:
    """Both readings of the same spans, held against each other; `place`: the first five fields of `Raw`."""
    labels = np.repeat([each.label for each in float32], [len(each.windows) for each in float32])
    guesses = [np.concatenate([each.windows.argmax(axis=1) for each in form]) for form in (float32, int8)]
    right = [guess == labels for guess in guesses]
    pairs = list(zip(float32, int8, strict=True))
    return Raw.model_validate(
        {
            **place,
            "windows": len(labels),
            "runs": sum(each.runs for each in float32),
            "recordings": len({_title(each) for each in float32}),
            "lost": int((right[0] & ~right[1]).sum()),
            "gained": int((~right[0] & right[1]).sum()),
            "otherwise": int((guesses[0] != guesses[1]).sum()),
            "recordings_otherwise": _titles(one for one, other in pairs if _guess(one) != _guess(other)),
            "known_otherwise": _titles(
                one for one, other in pairs if _known(one, unknown) is not _known(other, unknown)
            ),
            "float32": _form(float32, right[0], layers),
            "int8": _form(int8, right[1], layers),
        }
    )


def _form(judged: Sequence[Judged], right: NDArray[np.bool_], layers: tuple[Layer, ...]) -> Form:
    runs = sum(each.runs for each in judged)
    synops, spikes = (np.sum([getattr(each, name) for each in judged], axis=0) for name in ("synops", "spikes"))
    accounts = {name: account(layers, synops, spikes, runs, profile) for name, profile in PROFILES.items()}
    trains = {layer.fed_by: round(fired) for layer, fired in zip(counted(layers), spikes, strict=True)}
    return Form.model_validate(
        {
            "right": int(right.sum()),
            "spikes": trains,
            "synops": round(synops.sum()),
            "energy": {
                name: {"paper": each.paper_nj / runs, "full": each.full_nj / runs} for name, each in accounts.items()
            },
        }
    )


def _guess(judged: Judged) -> int:
    return int(judged.probabilities.argmax())


def _known(judged: Judged, unknown: UnknownCheck) -> bool:
    return max(judged.distances(unknown).values()) <= UNKNOWN_MARGIN


def _title(judged: Judged) -> str:
    return f"{judged.span.entry.rig}/{judged.span.entry.name}"


def _titles(judged: Iterable[Judged]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_title(each) for each in judged))
