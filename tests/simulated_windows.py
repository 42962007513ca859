"""Windows of simulated recordings, for tests of what reads windows."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from data.fault import FAULTS
from data.front_ends import AlignedFrontEnd, FrontEnd, OrderFrontEnd, TimeFrontEnd
from data.rig import draw_rig, simulate
from models.network import CandidateSnnConfig, NetworkConfig


@cache
def order_windows(count: int, seed: int = 0) -> NDArray[np.float32]:
    """float32 [count, 1, 1024]: all four faults on rigs drawn at random, every band."""
    return _windows(OrderFrontEnd(), count, seed)


@cache
def time_windows(count: int, seed: int = 0) -> NDArray[np.float32]:
    """float32 [count, 1, 2048]: the same recordings as raw samples."""
    return _windows(TimeFrontEnd(), count, seed)


@cache
def aligned_windows(count: int, seed: int = 0) -> NDArray[np.float32]:
    """float32 [count, 1, 312]: the same recordings at the lines of their candidates."""
    return _windows(AlignedFrontEnd(), count, seed)


def windows_for(config: NetworkConfig, count: int, seed: int = 0) -> NDArray[np.float32]:
    """float32 [count, 1, window_length] of the front end that the network is for."""
    if isinstance(config, CandidateSnnConfig):
        return aligned_windows(count, seed)
    made = order_windows if config.window_length <= 1024 else time_windows
    return made(count, seed)[..., : config.window_length]


def _windows(front_end: FrontEnd, count: int, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    found: list[NDArray[np.float32]] = []
    while sum(map(len, found)) < count:
        for fault in FAULTS:
            recording = simulate(draw_rig(rng, rate_hz=48_000.0), fault, 2.0, rng)
            found.append(front_end.windows(recording).values.reshape(-1, 1, front_end.length))
    return rng.permutation(np.concatenate(found))[:count]
