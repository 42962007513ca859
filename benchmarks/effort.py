"""How much is measured: a whole run, or a quick one that shows that everything works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Settings and repetitions.

    Attributes:
        rounds: of every race; each competitor is timed once a round.
        slice_s: how long a competitor is timed in one round.
        batches: windows a call.
        threads: of each process.
        windows: different ones that are read.
        training_steps: in one round.
        seconds: of recording, where growth is measured.
        counts: windows a call, where growth is measured.
        repeats: of each size there.
        requests: to the served process, at the end.
    """

    rounds: int = 15
    slice_s: float = 0.2
    batches: tuple[int, ...] = (1, 8, 32)
    threads: tuple[int, ...] = (1, 2)
    windows: int = 256
    training_steps: int = 4
    seconds: tuple[float, ...] = (1, 3, 10, 30, 100, 300, 600)
    counts: tuple[int, ...] = (1, 4, 16, 64, 256, 1024, 4096)
    repeats: int = 5
    requests: tuple[int, ...] = (10, 100, 1000)


WHOLE = Effort()
QUICK = Effort(
    rounds=3,
    slice_s=0.02,
    threads=(1,),
    training_steps=1,
    seconds=(1, 3, 10),
    counts=(1, 16, 256),
    repeats=2,
    requests=(10,),
)
