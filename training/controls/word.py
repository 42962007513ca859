"""What a network reads, in one word: the order of things, or their amplitude.

    what_it_reads(accuracy=0.99, shuffled=0.40, wrong_speed=0.55, chance=1 / 3)     # "order"

Each control takes away a part of what the network is right by above chance: shuffling takes the order and leaves the
amplitude (and puts in joints, which can harm on their own); a speed that is told wrong moves every order and leaves the
amplitude untouched. A part under a third is little, one of two thirds or more is most of it:

- `nothing`: the network is not 10 points above chance as it is.
- `order`: shuffling costs most of it, and a speed wrong by 12 % costs more than little.
- `amplitude`: neither costs more than little.
- `both`: anything between.

Where the speed is not asked for (front end `time`) shuffling alone decides, and `order` means the order in time. Where
there is nothing to shuffle (front end `aligned`) the speed alone decides.
"""

from models.manifest import Reads
from training.controls.scores import balanced
from training.controls.variants import AS_IT_IS, SHUFFLED, SPEED_ERRORS, Scores, wrong_speed

ABOVE_CHANCE = 0.10
LITTLE = 1 / 3
MOST = 2 / 3


def word_of(scores: Scores, faults: int) -> Reads:
    """The word for a network that told `faults` apart, from its scores in every variant."""
    speed = wrong_speed(max(SPEED_ERRORS))
    shuffled, slowed = (balanced(scores[name]).value if name in scores else None for name in (SHUFFLED, speed))
    return what_it_reads(balanced(scores[AS_IT_IS]).value, shuffled, slowed, 1 / faults)


def what_it_reads(accuracy: float, shuffled: float | None, wrong_speed: float | None, chance: float) -> Reads:
    """The word for a network, from its accuracies: as it is, on shuffled windows, and with the speed 12 % wrong.

    Raises:
        ValueError: neither control was made.
    """
    if shuffled is None and wrong_speed is None:
        raise ValueError("neither windows were shuffled nor the speed told wrong: nothing says what was read")
    above = accuracy - chance
    if above < ABOVE_CHANCE:
        return "nothing"
    by_shuffling = None if shuffled is None else (accuracy - shuffled) / above
    by_speed = None if wrong_speed is None else (accuracy - wrong_speed) / above
    if all(cost is None or cost < LITTLE for cost in (by_shuffling, by_speed)):
        return "amplitude"
    if (by_shuffling is None or by_shuffling >= MOST) and (by_speed is None or by_speed >= LITTLE):
        return "order"
    return "both"
