"""How much is asked: a whole run, or a quick one that shows that everything works."""

from dataclasses import dataclass

OF_THE_MOST = 0.8
"""The rate of the open loop, as a share of the most that the same server answered just before."""


@dataclass(frozen=True)
class Effort:
    """Settings and repetitions.

    Attributes:
        rounds: in each, every server is asked once.
        rush_s, steady_s: how long, in the closed and in the open loop.
        connections: of the closed loop.
        bare_calls: of the graph without a server, before each server's turn.
        batches: windows a request.
    """

    rounds: int = 5
    rush_s: float = 3
    steady_s: float = 5
    connections: int = 16
    bare_calls: int = 1000
    batches: tuple[int, ...] = (1, 8)


WHOLE = Effort()
QUICK = Effort(rounds=1, rush_s=1, steady_s=1, bare_calls=50)
