"""What a network reads, in one word: the order of things, or their amplitude.

    what_it_reads(accuracy=0.99, shuffled=0.40, wrong_speed=0.55, chance=1 / 3)     # "order"

Each control takes away a part of what the network is right by above chance: shuffling takes the order and leaves the
amplitude (and puts in joints, which can harm on their own); a speed that is told wrong moves every order and leaves the
amplitude untouched. A part under a third is little, one of two thirds or more is most of it:

- `nothing`: the network is not 10 points above chance as it is.
- `order`: shuffling costs most of it, and a speed wrong by 12 % costs more than little.
- `amplitude`: neither costs more than little.
- `both`: anything between.

Where the speed is not asked for (front end `time`) shuffling alone decides, and `order` means the order in time.

Chance is one divided by the number of faults that the network may name, also where fewer occur: blind and guessing
evenly, it is right that often on each of those that do.
"""

from models.manifest import Reads
from training.controls.scores import balanced
from training.controls.variants import AS_IT_IS, SHUFFLED, SPEED_ERRORS, Scores, wrong_speed

ABOVE_CHANCE = 0.10
LITTLE = 1 / 3
MOST = 2 / 3


def word_of(scores: Scores, faults: int) -> Reads:
    """The word for a network that told `faults` apart, from its scores in every variant."""
    as_it_is, shuffled = (balanced(scores[name]).value for name in (AS_IT_IS, SHUFFLED))
    slowed = scores.get(wrong_speed(max(SPEED_ERRORS)))
    return what_it_reads(as_it_is, shuffled, balanced(slowed).value if slowed else None, 1 / faults)


def what_it_reads(accuracy: float, shuffled: float, wrong_speed: float | None, chance: float) -> Reads:
    """The word for a network, from its accuracies: as it is, with the order shuffled, and with the speed 12 % wrong."""
    above = accuracy - chance
    if above < ABOVE_CHANCE:
        return "nothing"
    by_shuffling = (accuracy - shuffled) / above
    by_speed = None if wrong_speed is None else (accuracy - wrong_speed) / above
    if by_shuffling < LITTLE and (by_speed is None or by_speed < LITTLE):
        return "amplitude"
    if by_shuffling >= MOST and (by_speed is None or by_speed >= LITTLE):
        return "order"
    return "both"
