"""What makes probabilities mean something: one temperature, and a threshold for "not like anything learned".

Both are fitted on the validation recordings, never on a test recording; what noise and a turning shaft are like in the
check of `aligned` is no recording's property.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from data.fault import FAULTS, Fault
from models.shaft_speed import ShaftSpeed
from models.verdict import SMALLEST_PROBABILITY, Calibration, UnknownCheck, Usual
from training.judging import Judged
from training.spans import SIMULATED

TEMPERATURES = (0.05, 20.0)
SHRINKAGE = 0.1
UNKNOWN_MARGIN = 1.1
NOISE_MARGIN = 0.5
NOISE_ITSELF_DB = 0.85
"""How far half a second of coloured noise lies from a power law at most, 99 times of 100."""
UNSTEADY = 0.01
"""Of simulated machines, the share that may be unknown for the course of their level."""
FAR = 1e3
SMALLEST = 1e-4

ASKED: Mapping[str, frozenset[str]] = {
    "order": frozenset({"features", "spectrum", "level", "noise", "doubt"}),
    "time": frozenset({"features", "spectrum", "level", "noise", "doubt"}),
    # A machine never seen is what it is for: its spectrum and its features are no reason to say nothing.
    "aligned": frozenset({"level", "noise", "doubt", "shaft"}),
}
"""The distances that count, by kind of front end."""


def fit_temperature(judged: Sequence[Judged]) -> Calibration:
    """The temperature with the least log loss over recordings (C. Guo et al., ICML 2017).

    The targets are J. Platt's (1999): of n recordings that were all read right, no more than (n + 1) / (n + 2) can be
    promised, so a small validation set cannot buy certainty.
    """
    probabilities = np.stack([each.probabilities for each in judged])
    labels = np.array([each.label for each in judged])
    count = len(judged)
    # A fault that training does not hold gets no probability, and must get no target.
    held = probabilities.max(axis=0) > SMALLEST_PROBABILITY
    targets = np.tile(held / (held.sum() - 1) / (count + 2), (count, 1))
    targets[np.arange(count), labels] = (count + 1) / (count + 2)

    def log_loss(log_temperature: float) -> float:
        calibrated = Calibration(temperature=float(np.exp(log_temperature))).apply(probabilities)
        return float(-(targets * np.log(calibrated)).sum(axis=1).mean())

    low, high = np.log(TEMPERATURES)
    found = minimize_scalar(log_loss, bounds=(float(low), float(high)), method="bounded")
    return Calibration(temperature=round(float(np.exp(found.x)), 6), recordings=count)


def fit_unknown_check(trained: Sequence[Judged], validation: Sequence[Judged], front_end: str) -> UnknownCheck:
    """Feature means of each fault, their shared covariance and spectra from training, the scales from validation.

    Of the validation recordings that were read right, the farthest counts in features and in doubt, the farthest but
    one in spectrum and level, half the nearest in noise; the threshold is a margin over that. With n recordings no
    rejection rate under 1 / (n + 1) can be promised, and n is small. In the front end
    `aligned` no machine is the usual one: `_usual_on_any_machine`.

    Args:
        trained, validation: as judged by the network.
        front_end: its kind, which says what is asked (`ASKED`).
    """
    asked = ASKED[front_end]
    means, precision = feature_space(trained)
    unscaled = UnknownCheck(
        means=_rows(means),
        precision=_rows(precision) if "features" in asked else (),
        spectra_db=tuple(_spectra(trained, fault) for fault in range(len(FAULTS))) if "spectrum" in asked else (),
        usual=Usual(**{field: 1.0 for field, name in _NAMES.items() if name in asked}),
        threshold=UNKNOWN_MARGIN,
    )
    if front_end == "aligned":
        usual = _usual_on_any_machine(validation)
    else:
        usual = _usual_on_these_machines(validation, unscaled)
    return unscaled.model_copy(update={"usual": Usual(**{field: _rounded(value) for field, value in usual.items()})})


def widened(
    known: UnknownCheck, taught: Sequence[Judged], validation: Sequence[Judged], front_end: str
) -> UnknownCheck:
    """`known` with the spectra of new recordings, and limits as wide as they were or as these recordings need.

    For a network whose first recordings are not at hand: where its features have moved since, nothing here can tell.
    """
    asked, usual = ASKED[front_end], dict(known.usual)
    spectra = tuple((*rows, *_spectra(taught, fault)) for fault, rows in enumerate(known.spectra_db))
    unscaled = known.model_copy(
        update={
            "spectra_db": spectra,
            "usual": Usual(**{field: 1.0 for field, name in _NAMES.items() if name in asked}),
        }
    )
    right = _read_right(validation)
    needed = _usual_signals(right) if front_end == "aligned" else _usual_on_these_machines(right, unscaled)
    for field, value in needed.items():
        # Noise is what lies nearest to a power law: there the smaller limit lets more pass.
        usual[field] = (min if field == "from_power_law_db" else max)(usual[field], _rounded(value))
    return known.model_copy(update={"spectra_db": spectra, "usual": Usual(**usual)})


def feature_space(trained: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean features of each fault [faults, features], and the inverse of the covariance around them."""
    features = [_flat(each).astype(np.float64) for each in trained]
    labels = [each.label for each in trained]
    means = np.stack([_mean_of(features, labels, fault) for fault in range(len(FAULTS))])
    off = np.concatenate([each - means[label] for each, label in zip(features, labels, strict=True)])
    return means, _precision(off)


_NAMES = {
    "features": "features",
    "spectrum_db": "spectrum",
    "level_spread_db": "level",
    "from_power_law_db": "noise",
    "doubt": "doubt",
    "shaft_lead": "shaft",
}
"""Fields of `Usual`, and what the distance counted in each is called."""


def _usual_on_these_machines(validation: Sequence[Judged], unscaled: UnknownCheck) -> dict[str, float]:
    right = _read_right(validation)
    found = [each.distances(unscaled) for each in right]
    farthest = {name: max(each[name] for each in found) for name in ("features", "doubt")}
    return {
        **farthest,
        "spectrum_db": _farthest_but_one([each["spectrum"] for each in found]),
        **_usual_signals(right),
    }


def _usual_signals(right: Sequence[Judged]) -> dict[str, float]:
    return {
        "level_spread_db": _farthest_but_one([each.character.level_spread_db for each in right]),
        "from_power_law_db": NOISE_MARGIN * min(each.character.from_power_law_db for each in right),
    }


def _usual_on_any_machine(validation: Sequence[Judged]) -> dict[str, float]:
    """Signals as real recordings have them, where there are any; doubt as simulated machines teach it.

    Of simulated machines one can have any number, with any bearing: they can say how unsure an answer may be for the
    named faults to be right. Where they are alone, noise is what noise itself is like, whatever the machine.
    """
    simulated = [each for each in validation if each.span.entry.rig == SIMULATED]
    real = _read_right([each for each in validation if each.span.entry.rig != SIMULATED])
    doubt = doubt_allowed(simulated) / UNKNOWN_MARGIN if simulated else max(_doubt(each) for each in real)
    # From which a speed is called sure: set on simulated plants, as models/shaft_speed.py says.
    both = {"doubt": doubt, "shaft_lead": ShaftSpeed().lead_near * UNKNOWN_MARGIN}
    if real:
        return {**_usual_signals(real), **both}
    spreads = [each.character.level_spread_db for each in simulated]
    return {
        "level_spread_db": float(np.quantile(spreads, 1 - UNSTEADY)) / UNKNOWN_MARGIN,
        "from_power_law_db": NOISE_ITSELF_DB * UNKNOWN_MARGIN,
        **both,
    }


def doubt_allowed(simulated: Sequence[Judged]) -> float:
    """By a margin less than in any fault named wrongly; where none is, as much as in the least sure right answer.

    A share of wrong ones that is small on simulated machines need not be so on real ones, which are harder.

    >>> doubt_allowed([])
    0.0
    """
    wrong = [_doubt(each) for each in simulated if _names(each) and each.probabilities.argmax() != each.label]
    if wrong:
        return min(wrong) / UNKNOWN_MARGIN
    return max((_doubt(each) for each in simulated), default=0.0)


def _names(judged: Judged) -> bool:
    return FAULTS[int(judged.probabilities.argmax())] is not Fault.NORMAL


def _doubt(judged: Judged) -> float:
    return float(1 - judged.probabilities.max())


def _read_right(validation: Sequence[Judged]) -> Sequence[Judged]:
    return [each for each in validation if each.probabilities.argmax() == each.label] or validation


def _farthest_but_one(distances: Sequence[float]) -> float:
    # A single burst in a short validation span spoils these for it: the farthest but one is what is usual.
    return sorted(distances, reverse=True)[min(1, len(distances) - 1)]


def _rounded(distance: float) -> float:
    return round(max(SMALLEST, distance), 4)


def _flat(judged: Judged) -> NDArray[np.float32]:
    return judged.features.reshape(-1, judged.features.shape[-1])


def _spectra(trained: Sequence[Judged], fault: int) -> tuple[tuple[float, ...], ...]:
    of_fault = [each.spectra_db for each in trained if each.label == fault]
    return _rows(np.concatenate(of_fault)) if of_fault else ()


def _mean_of(features: Sequence[NDArray[np.float64]], labels: Sequence[int], fault: int) -> NDArray[np.float64]:
    of_fault = [each.mean(axis=0) for each, label in zip(features, labels, strict=True) if label == fault]
    # A fault that training does not hold (JNU alone has three) is no place to be near to.
    return np.asarray(np.mean(of_fault, axis=0)) if of_fault else np.full(features[0].shape[1], FAR)


def _precision(off: NDArray[np.float64]) -> NDArray[np.float64]:
    covariance = np.cov(off, rowvar=False)
    # Features that hardly ever spike, or never, would make the inverse explode.
    covariance += (SHRINKAGE * np.trace(covariance) / len(covariance) + SMALLEST) * np.eye(len(covariance))
    return np.asarray(np.linalg.inv(covariance), dtype=np.float64)


def _rows(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(value), 5) for value in row) for row in matrix)
