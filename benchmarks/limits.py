"""The physical limit: the least time in which this machine could do a graph's operations and move its bytes."""

from collections.abc import Sequence

from rich.progress import Progress

from benchmarks.effort import Effort
from benchmarks.process import Process
from benchmarks.results import Limits
from models.layers import Layer
from models.manifest import Manifest

PROBE = "benchmarks.probe:Probe"
FLOAT_BYTES = 4


def limits(manifest: Manifest, effort: Effort, bar: Progress) -> Limits:
    """Measures the rates and counts what a window needs."""
    task = bar.add_task("limits", total=len(effort.threads))
    floats: dict[str, dict[int, float]] = {"onnxruntime": {}, "numpy": {}}
    ints, copies = {}, {}
    for threads in effort.threads:
        with Process(PROBE, threads, threads=threads) as process:
            floats["onnxruntime"][threads] = process.ask("onnxruntime_float32")
            floats["numpy"][threads] = process.ask("numpy_float32")
            ints[threads], copies[threads] = process.ask("onnxruntime_int8"), process.ask("copy")
        bar.advance(task)
    answered = sum(port.shape[-1] for port in manifest.outputs if isinstance(port.shape[-1], int))
    return Limits(
        float32_per_s=floats,
        int8_per_s=ints,
        bytes_per_s=copies,
        macs={kind: _macs(manifest.layers, kind) for kind in ("spiking", "real")},
        weights={
            kind: sum(each.weights for each in manifest.layers if each.kind == kind) for kind in ("spiking", "real")
        },
        window_bytes=FLOAT_BYTES * (manifest.front_end.length + answered),
    )


def least_us(limits: Limits, threads: int, batch: int, int8: bool) -> tuple[float, float]:
    """Microseconds a window: of the multiply-adds at the best measured rate, and of the bytes at a copy's.

    The graphs compute spiking layers densely. In int8 those alone are in 8 bits. The bytes are those that must move
    however clever the caches are: weights once a call, windows and answers once.
    """
    float_rate = max(rates[threads] for rates in limits.float32_per_s.values())
    spiking_rate = limits.int8_per_s[threads] if int8 else float_rate
    operations = limits.macs["real"] / float_rate + limits.macs["spiking"] / spiking_rate
    weights = FLOAT_BYTES * limits.weights["real"] + (1 if int8 else FLOAT_BYTES) * limits.weights["spiking"]
    return 1e6 * operations, 1e6 * (weights / batch + limits.window_bytes) / limits.bytes_per_s[threads]


def _macs(layers: Sequence[Layer], kind: str) -> int:
    return sum(each.macs * each.evaluations for each in layers if each.kind == kind)
