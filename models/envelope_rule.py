"""The envelope rule: which characteristic order does the envelope spectrum know? It needs no training.

For each fault a comb is laid on the spectrum of the squared envelope: harmonics of the fault's order, with sidebands of
what modulates it (inner race: the shaft; rolling element: the cage), moved by up to +-2 % for slip. What the comb
collects says little by itself; it is compared with what the same comb collects where no fault strikes (decoys).

Lines and their sidebands: R. B. Randall, J. Antoni, "Rolling element bearing diagnostics - A tutorial", Mech. Syst.
Signal Process. 25 (2011). The comparison with decoys is our own. Bands, harmonics, the join across channels and the
threshold were chosen by simulated recordings and two healthy ones of MFPT's training part; what each choice reached on
the real rigs was in view, though not what decided.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from data.envelope_spectrum import (
    BANDS,
    LOWEST_WHITENED_HZ,
    WHITENED,
    Band,
    EnvelopeLines,
    EnvelopeSpectrum,
    fitting,
    mean_of_known,
    widened,
)
from data.errors import NotApplicable
from data.fault import Fault
from data.geometry import CharacteristicOrders
from data.recording import Recording

Array = NDArray[np.float64]

CANDIDATES = (Fault.INNER_RACE, Fault.OUTER_RACE, Fault.ROLLING_ELEMENT)

# Decoys lie around the true orders of any bearing, not so near that they see a true line.
DECOYS = 60
DECOY_RANGE = (0.7, 1.4)
DECOY_DISTANCE = 0.05
SIDEBAND_WEIGHT = 0.5
# Beyond this (e^3 = 20 times the floor) a line proves no more: one tall line must not outweigh missing harmonics.
RATIO_LIMITS = (-0.5, 3.0)
COARSEST_STEP = 0.0025
SMALLEST_SPREAD = 0.02
# Of 1,350 simulated healthy recordings (`draw_rig`, 1 to 10 s) 7 reach it.
THRESHOLD = 4.0
DB_PER_NEPER = 8.685889638


class Candidate(BaseModel):
    """What was found for one fault.

    Attributes:
        expected_order: where geometry puts it.
        matched_order: the one that fits best.
        harmonics_db: of the matched order, over their floor; null beyond what the bands hold.
        sidebands_db: mean of those of all harmonics, likewise; null too where nothing modulates the strikes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    expected_order: float
    matched_order: float
    harmonics_db: tuple[float | None, ...]
    sidebands_db: float | None = None


class Evidence(BaseModel):
    """The rule's reading of a recording.

    Attributes:
        fault: the one with the largest z if that exceeds the threshold, else `normal`: nothing found.
        forced: the one with the largest z, however small.
        z: how many standard deviations each fault's comb stands over the decoys.
        threshold: the z above which a fault is named.
        speed_used_rpm: the speed that made orders into frequencies.
        windows: how many windows were averaged.
        candidates: what was found for each fault.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fault: Fault
    forced: Fault
    z: dict[Fault, float]
    threshold: float
    speed_used_rpm: float
    windows: int
    candidates: dict[Fault, Candidate]


class EnvelopeRule(BaseModel):
    """The rule and its parameters.

    Attributes:
        bands: Hz; those are read that the rate allows.
        whitenings: of the whole spectrum, each one more channel.
        across: how channels are joined, line by line.
        harmonics: of each order.
        search: how far (relative) an order may be from where geometry and speed put it.
        window_s: length of a window, longer at speeds where it would hold fewer than `turns` revolutions.
        turns: revolutions that a window must hold.
        threshold: z above which a fault is named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bands: tuple[Band, ...] = BANDS
    whitenings: tuple[Literal["phase", "smoothed"], ...] = WHITENED
    across: Literal["mean", "max"] = "max"
    harmonics: int = Field(default=5, ge=1, le=10)
    search: float = Field(default=0.02, ge=0, le=0.1)
    window_s: float = Field(default=1.0, gt=0)
    turns: float = Field(default=8.0, gt=0)
    threshold: float = THRESHOLD

    def read(self, recording: Recording) -> Evidence:
        """Reads a recording in windows, one after the other; memory does not grow with its length.

        Raises:
            NotApplicable: speed or orders unknown, shorter than a window, or too low a rate for any line.
        """
        if recording.speed_rpm is None or recording.orders is None:
            raise NotApplicable("the envelope rule needs the shaft speed and the bearing; give speed_rpm and bearing")
        return self.judge(self.lines(recording), recording.orders, recording.speed_rpm)

    def lines(self, recording: Recording) -> EnvelopeLines:
        """The lines of all channels, up to the highest that a comb can reach.

        Raises:
            NotApplicable: as `read`.
        """
        plan = self._plan(recording)
        if recording.samples.size < plan.window:
            raise NotApplicable(
                f"{recording.seconds:.2f} s of signal; at this speed the envelope rule needs"
                f" {plan.window / recording.rate_hz:.2f} s"
            )
        return plan.lines(recording.samples)

    def judge(self, lines: EnvelopeLines, orders: CharacteristicOrders, speed_rpm: float) -> Evidence:
        """Which order the lines know.

        Raises:
            NotApplicable: no line of any comb lies where a channel can see it.
        """
        ratio = np.fmax.reduce(lines.log_ratio) if self.across == "max" else mean_of_known(lines.log_ratio)
        bins_per_order = speed_rpm / 60 / lines.bin_hz
        fits = {fault: self._fit(ratio, fault, orders, bins_per_order) for fault in CANDIDATES}
        # A mean over many teeth spreads less than one over few. That counted in, all three combs share one spread: each
        # comb's own decoys are too few to know it, and the comb whose decoys happen to agree would win.
        tooth = float(np.sqrt(np.mean([(fit.spread / fit.noise) ** 2 for fit in fits.values()])))
        z = {fault: fit.excess / max(tooth * fit.noise, SMALLEST_SPREAD) for fault, fit in fits.items()}
        forced = max(z, key=z.__getitem__)
        return Evidence(
            fault=forced if z[forced] > self.threshold else Fault.NORMAL,
            forced=forced,
            z=z,
            threshold=self.threshold,
            speed_used_rpm=speed_rpm,
            windows=lines.windows,
            candidates={
                fault: self._candidate(ratio, fault, orders, fit.matched_order, bins_per_order)
                for fault, fit in fits.items()
            },
        )

    def _candidate(
        self, ratio: Array, fault: Fault, orders: CharacteristicOrders, matched_order: float, bins_per_order: float
    ) -> Candidate:
        harmonics, shift = matched_order * np.arange(1, self.harmonics + 1), _sideband(fault, orders)
        sidebands = () if shift is None else np.add.outer(harmonics, (-shift, shift)).ravel()
        return Candidate(
            expected_order=orders.of(fault),
            matched_order=matched_order,
            harmonics_db=_heights_db(ratio, bins_per_order * harmonics),
            sidebands_db=mean_db(_heights_db(ratio, bins_per_order * np.asarray(sidebands))),
        )

    def _fit(self, ratio: Array, fault: Fault, orders: CharacteristicOrders, bins_per_order: float) -> "_Fit":
        """Lays the comb of a fault at its order and at the decoys, each moved about for the best fit."""
        expected = orders.of(fault)
        comb = _Comb(self.harmonics, _sideband(fault, orders))
        places = self._places(expected, np.append(expected, decoy_orders(orders)), bins_per_order)
        scores = comb.score(widened(np.clip(ratio, *RATIO_LIMITS)), places * bins_per_order, bins_per_order)
        best = scores.max(axis=1, where=np.isfinite(scores), initial=-np.inf)
        decoys = best[1:][np.isfinite(best[1:])]
        if not (np.isfinite(best[0]) and decoys.size):
            raise NotApplicable(f"order {expected:.2f} of {fault} at this speed is beyond what this rate can show")
        low, middle = np.quantile(decoys, (0.16, 0.5))
        # A fault's own lines lift some decoys (at two thirds of its order, say): centre and spread come from below.
        return _Fit(
            excess=float(best[0] - middle),
            spread=float(middle - low),
            noise=comb.noise,
            matched_order=float(places[0, np.nanargmax(scores[0])]),
        )

    def _plan(self, recording: Recording) -> EnvelopeSpectrum:
        rate_hz, shaft_hz = recording.rate_hz, recording.shaft_hz
        if shaft_hz is None or recording.orders is None:
            raise NotApplicable("the envelope rule needs the shaft speed and the bearing; give speed_rpm and bearing")
        whitenings = self.whitenings if 0.4 * rate_hz > 2 * LOWEST_WHITENED_HZ else ()
        if not (fitting(self.bands, rate_hz) or whitenings):
            raise NotApplicable(f"{rate_hz:g} Hz is too low a rate; the envelope rule needs 1,500 Hz or more")
        seconds = max(self.window_s, self.turns / shaft_hz)
        top = DECOY_RANGE[1] * max(recording.orders.of(fault) for fault in CANDIDATES)
        highest = self.harmonics * top * (1 + self.search) + 1.1
        return EnvelopeSpectrum.over_orders(rate_hz, shaft_hz, seconds, highest, self.bands, whitenings)

    def _places(self, expected: float, centres: Array, bins_per_order: float) -> Array:
        """Orders to try around each centre [centres, tries], so close that no harmonic jumps over a line."""
        step = min(COARSEST_STEP, 2 / (expected * self.harmonics * bins_per_order))
        tries = int(np.ceil(self.search / step)) if self.search else 0
        return np.asarray(centres[:, None] * (1 + self.search * np.linspace(-1, 1, 2 * tries + 1)))


class _Fit(NamedTuple):
    """Score over the decoys' median, the decoys' spread (one standard deviation down), what part of one tooth's spread
    that comb has, order that fits best.
    """

    excess: float
    spread: float
    noise: float
    matched_order: float


class _Comb:
    """Harmonics with weight 1 and, where something modulates them, sidebands with half of that."""

    def __init__(self, harmonics: int, sideband: float | None) -> None:
        multiples = np.arange(1, harmonics + 1, dtype=np.float64)
        shifts = (0.0,) if sideband is None else (0.0, -sideband, sideband)
        self.multiples = np.tile(multiples, len(shifts))
        self.shifts = np.repeat(np.array(shifts), harmonics)
        self.weights = np.where(self.shifts == 0, 1.0, SIDEBAND_WEIGHT)
        self.noise = float(np.sqrt(np.sum(self.weights**2)) / np.sum(self.weights))

    def score(self, ratio: Array, places: Array, bins_per_order: float) -> Array:
        """Weighted mean of `ratio` [bins] at the comb's teeth, for fundamentals at `places` (bins, any shape).

        NaN where no harmonic lies within the spectrum.
        """
        teeth = np.rint(places[..., None] * self.multiples + self.shifts * bins_per_order).astype(np.int64)
        inside = (teeth > 0) & (teeth < ratio.size)
        heights = np.where(inside, ratio[np.where(inside, teeth, 0)], np.nan)
        weights = np.where(np.isfinite(heights), self.weights, 0.0)
        total = weights.sum(axis=-1)
        sums = (np.nan_to_num(heights) * weights).sum(axis=-1)
        return np.asarray(np.divide(sums, total, out=np.full(total.shape, np.nan), where=total > 0))


def decoy_orders(orders: CharacteristicOrders) -> Array:
    """Orders around this bearing's own at which none of its parts strikes."""
    own = np.array([orders.of(fault) for fault in CANDIDATES])
    spread = np.linspace(DECOY_RANGE[0] * own.min(), DECOY_RANGE[1] * own.max(), DECOYS)
    return np.asarray(spread[(np.abs(spread[:, None] / own - 1) > DECOY_DISTANCE).all(axis=1)])


def _sideband(fault: Fault, orders: CharacteristicOrders) -> float | None:
    return {Fault.INNER_RACE: 1.0, Fault.ROLLING_ELEMENT: orders.ftf}.get(fault)


def _heights_db(ratio: Array, places: NDArray[np.floating]) -> tuple[float | None, ...]:
    """Of lines at `places` (bins)."""
    wide = widened(ratio)
    heights = [wide[bin] if 0 < bin < wide.size else np.nan for bin in np.rint(places).astype(np.int64)]
    return tuple(round(float(DB_PER_NEPER * h), 2) if np.isfinite(h) else None for h in heights)


def mean_db(heights_db: tuple[float | None, ...]) -> float | None:
    """Of those that are known; None where none is."""
    known = [height for height in heights_db if height is not None]
    return round(sum(known) / len(known), 2) if known else None
