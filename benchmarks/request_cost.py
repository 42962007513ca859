"""Where the CPU time of one request goes: part by part, by kind of body, and by length of the recording.

Asked about a simulated outer race fault at 50 kHz and 1000 rpm, in this process, on one core. Each figure is the least
of several runs, so that a busy machine disturbs it little.

    make bench
"""

import io
import json
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from data.character import character
from data.fault import Fault
from data.formats import read_signal
from data.recording import Recording
from data.rig import draw_rig, simulate
from models.envelope_rule import EnvelopeRule
from models.shaft_speed import ShaftSpeed
from service.bodies import CODECS
from service.choice import choose
from service.engine import Engine
from service.question import Query
from service.registry import Registry
from service.sensor_check import sensor_fault
from service.settings import Settings

RATE_HZ, SPEED_RPM = 50_000.0, 1000.0
LENGTHS_S = (1, 10, 60, 600)
REPEATS = 20


def main() -> None:
    """Prints the figures, CPU milliseconds."""
    engine = Engine(Registry.load(Settings.read().bundles).bundles)
    rng = np.random.default_rng(0)
    ten = simulate(draw_rig(rng, rate_hz=RATE_HZ, speed_rpm=SPEED_RPM), Fault.OUTER_RACE, 10.0, rng)
    for known, asked in requests(ten).items():
        print(f"10 s, {known}: " + line({name: least_ms(work) for name, work in parts(engine, asked)}))
    with bodies(ten) as decoders:
        print("10 s, to samples: " + line({kind: least_ms(decode) for kind, decode in decoders.items()}))
    for seconds in LENGTHS_S:
        long = replace(ten, samples=np.resize(ten.samples, round(seconds * RATE_HZ)))
        works = {known: partial(engine.diagnose, asked, windows=True) for known, asked in requests(long).items()}
        print(f"{seconds} s, whole: " + line({known: least_ms(work, repeats=3) for known, work in works.items()}))


def requests(recording: Recording) -> dict[str, Recording]:
    """The recording with all, some or none of what may be known of it."""
    with_speed = replace(recording, orders=None)
    return {"speed and bearing": recording, "speed": with_speed, "nothing": replace(with_speed, speed_rpm=None)}


def parts(engine: Engine, asked: Recording) -> Iterator[tuple[str, Callable[[], object]]]:
    """What a request consists of, in the engine's order, and the whole of it."""
    yield "sensor check", partial(sensor_fault, asked)
    yield "speed", partial(ShaftSpeed().estimate, asked)
    yield "front end", partial(choose, asked, engine.bundles)
    choice = choose(asked, engine.bundles)
    if choice.bundle is not None and choice.windows is not None:
        values = choice.windows.values
        yield "graph", partial(choice.bundle.graph.run, values.reshape(-1, 1, values.shape[-1]))
    yield "character", partial(character, asked)
    if asked.speed_rpm is not None and asked.orders is not None:
        yield "evidence", partial(EnvelopeRule().read, asked)
    yield "whole", partial(engine.diagnose, asked, windows=True)


@contextmanager
def bodies(recording: Recording) -> Iterator[dict[str, Callable[[], object]]]:
    """How the samples are read from each kind of body, and from a WAV file."""
    npy = io.BytesIO()
    np.save(npy, recording.samples)
    as_json = json.dumps({"samples": recording.samples.tolist()})
    given = dict(zip(CODECS, (as_json.encode(), recording.samples.tobytes(), npy.getvalue()), strict=True))
    query = Query(rate_hz=RATE_HZ, speed_rpm=SPEED_RPM)
    decoders: dict[str, Callable[[], object]] = {kind: partial(CODECS[kind], given[kind], query) for kind in given}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, round(RATE_HZ), 0, "NONE", ""))
            file.writeframes((recording.samples / np.abs(recording.samples).max() * 32_767).astype("<i2").tobytes())
        yield decoders | {"wav": partial(read_signal, path)}


def least_ms(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """CPU milliseconds of the cheapest of several runs."""
    took = []
    for _ in range(repeats):
        before = time.process_time()
        work()
        took.append(time.process_time() - before)
    return 1000 * min(took)


def line(figures: dict[str, float]) -> str:
    """Each with its name."""
    return ", ".join(f"{name} {ms:.1f}" for name, ms in figures.items())


if __name__ == "__main__":
    main()
